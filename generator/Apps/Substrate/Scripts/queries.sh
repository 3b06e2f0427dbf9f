#!/bin/sh
# Keeps what Knot is asked, as dnstap, in pieces of a tenth of what the definition allows, or of an hour. While all pieces are more than
# allowed, the oldest goes. `kdig +qr -G PIECE` shows one; SIGUSR1 closes the one that is being written.
#   queries.sh [--root DIR]
set -eu
umask 077
. "$(dirname "$0")/lib.sh"
while [ $# -gt 0 ]; do
    case $1 in
        --root) [ $# -ge 2 ] || usage "--root needs a folder."; root=$(cd "$2" && pwd); shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
[ -n "$settings_query_log" ] || usage "the definition keeps no queries: write queryLog."
need fstrm_capture
pieces=$state/queries socket=$run-queries/socket
piece=$((settings_query_log * 1024 / 10))
# Knot looks for the socket again by itself.
rm -f "$socket"
fstrm_capture -t protobuf:dnstap.Dnstap -u "$socket" -w "$pieces/%Y%m%dT%H%M%SZ.dnstap" --gmtime -s 3600 &
capture=$!
trap 'kill "$capture" 2>/dev/null || :; wait' EXIT
trap 'exit 0' INT TERM HUP
# For fstrm_capture alone.
trap : USR1
while kill -0 "$capture" 2>/dev/null; do
    # A second also tells the pieces' names apart.
    sleep 1
    # Room for one more piece stays: the one that is written grows to it. A server that is asked little closes one each hour.
    find "$pieces" -name '*.dnstap' -printf '%f %s\n' | LC_ALL=C sort -r | awk -v piece="$piece" '
        { total += $2 }
        NR == 1 { if ($2 >= piece) print "full" ; next }
        total > 9 * piece || NR > 1000 { print $1 }' | while read -r name; do
        if [ "$name" = full ]; then kill -USR1 "$capture"; else rm -f "$pieces/$name"; fi
    done
done
die "fstrm_capture ended."
