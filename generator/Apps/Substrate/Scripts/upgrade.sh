#!/bin/sh
# Brings an installed service to what the tree says now: keys and the records of programs stay. Takes what install.sh takes.
set -eu
. "$(dirname "$0")/lib.sh"
arguments=$*
while [ $# -gt 0 ]; do
    case $1 in --root) root=$(cd "$2" && pwd); shift ;; esac
    shift
done
paths
[ -f "$etc/role" ] || usage "nothing is installed in $etc: run install.sh."
role=$(cat "$etc/role")
# The definition may have exchanged the hosts. In a rehearsal the addresses are not this machine's.
[ -n "$root" ] || { now=$(own_role); role=${now:-$role}; }
case $arguments in
    *--role*) ;;
    *) arguments="$arguments --role $role" ;;
esac
# shellcheck disable=SC2086 # The arguments are words and a folder's name.
exec sh "$here/install.sh" $arguments
