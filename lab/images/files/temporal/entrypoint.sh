#!/bin/sh
# Stand-in for the entry point of temporalio/auto-setup: the real server program and its real schema tool.
set -eu
export SQL_PLUGIN=$DB SQL_HOST=$POSTGRES_SEEDS SQL_PORT=$DB_PORT SQL_USER=$POSTGRES_USER SQL_PASSWORD=$POSTGRES_PWD
address=$(hostname -i | cut -d' ' -f1)
mkdir -p /tmp/config
sed -e "s/@HOST@/$POSTGRES_SEEDS:$DB_PORT/" -e "s/@USER@/$POSTGRES_USER/" -e "s/@ADDRESS@/$address/" /etc/temporal/config.yaml |
  awk '{ at = index($0, "@PASSWORD@"); if (at) { print substr($0, 1, at - 1) "\"" ENVIRON["POSTGRES_PWD"] "\"" } else print }' > /tmp/config/development.yaml
if [ "${1:-}" = autosetup ]; then
  for name in temporal:temporal temporal_visibility:visibility; do
    export SQL_DATABASE=${name%:*}
    temporal-sql-tool create-database || true
    temporal-sql-tool setup-schema -v 0.0 || true
    temporal-sql-tool update-schema -d "/etc/temporal/schema/${name#*:}/versioned"
  done
  node /etc/temporal/register-namespace.mjs "$address:7233" "${DEFAULT_NAMESPACE:-default}" &
fi
exec temporal-server --root /tmp --config config --env development start
