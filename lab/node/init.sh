#!/bin/sh
# The first process of the node. Gives it a /run and a /var of its own, then runs the command and reaps what is orphaned.
set -eu
lab=$1
shift
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lab /run/netns /run/lock
mount --bind "$lab" /run/lab
inside=/run/lab/${TALOS_VAR#"$lab"/}/var
mkdir -p "$inside/lib" "$inside/log" "$inside/mnt" "$inside/tmp"
[ -e "$inside/run" ] || ln -s /run "$inside/run"
mount --bind "$inside" /var
# The kubelet hands mounts on to containers, and theirs to it.
mount --make-rshared /
trap 'kill -TERM "$command" 2>/dev/null || true' TERM
exec 3<&0
"$@" <&3 3<&- &
command=$!
exec 3<&-
# A signal ends the waiting, and not the node.
while kill -0 "$command" 2>/dev/null; do wait "$command" || true; done
