#!/bin/sh
# Runs the lab's node in process and mount namespaces of its own: when the first process in there ends, however it ends, the kernel
# ends all the others and takes every mount back. TERM is passed on; QUIT and a closed standard input are a power cut.
#   enter.sh LAB_FOLDER COMMAND…   (environment: TALOS_VAR)
here=$(dirname "$0")
exec 3<&0
unshare --mount --pid --fork --kill-child --mount-proc --propagation=private /bin/sh "$here/init.sh" "$@" <&3 3<&- &
outer=$!
exec 3<&-
trap 'kill -TERM $(cat "/proc/$outer/task/$outer/children") 2>/dev/null' TERM
trap 'kill -KILL "$outer" 2>/dev/null' QUIT
while kill -0 "$outer" 2>/dev/null; do wait "$outer"; done
