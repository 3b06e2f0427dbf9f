#!/bin/bash
# "ldns-compare-zones -a -e" (Debian ldnsutils 1.8.3-1+b1) prints all differences of two zone files and exits 2 where they differ. A TTL of
# 5 in place of 300 is not a difference for it, so a migration that is checked with it can lose each TTL of the zone.
# Without -e it exits 0 for different zones too.
# Seen:  "a 300 A" and "a 5 A": +0 -0 ~0, exit 0; with a record more: +1 -0 ~0, exit 2
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
zone() { printf '%s\n' '$ORIGIN example.org.' '@ 300 SOA ns hostmaster 1 3600 600 86400 60' '@ 300 NS ns' 'ns 300 A 192.0.2.1' "$@"; }
zone 'a 300 A 192.0.2.2' > one; zone 'a 5 A 192.0.2.2' > ttl; zone 'a 300 A 192.0.2.2' 'b 300 A 192.0.2.3' > more
differences() { text=$(ldns-compare-zones "$@"); echo "exit $?," $(echo "$text" | tail -n 1); }
same "another TTL" "$(differences -a -e one ttl)" "exit 0, +0 -0 ~0"
same "another record" "$(differences -a -e one more)" "exit 2, +1 -0 ~0"
same "another record, without -e" "$(differences -a one more)" "exit 0, +1 -0 ~0"
