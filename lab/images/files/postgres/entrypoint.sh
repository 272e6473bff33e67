#!/bin/sh
# Stand-in for the entry point of the Postgres image: an empty data folder is initialised, then the server runs.
set -eu
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  umask 077
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  # As in the real one, the arguments are words.
  initdb --pgdata="$PGDATA" --username="${POSTGRES_USER:-postgres}" --pwfile=/tmp/password --auth=scram-sha-256 --no-locale --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
exec "$@"
