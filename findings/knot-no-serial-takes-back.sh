#!/bin/bash
# Knot DNS 3.2.6 (Debian knot 3.2.6-1), a zone with "zonefile-load: difference-no-serial", "journal-content: all" and "zonefile-sync: -1", the way
# to reload edited files without counting serials by hand: a reload takes every record back that a dynamic update or knotc has added since
# the file was written. The difference is taken against what is served, not against the last file. No warning. "whole" keeps the record.
# Seen:  added record, touch, reload: gone with difference-no-serial, there with whole.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0
zone() { cat <<CONF
  - domain: $1
    storage: $work
    file: $1.zone
    journal-content: all
    zonefile-sync: -1
    zonefile-load: $2
CONF
}
{ cat <<CONF; zone no-serial.example difference-no-serial; zone whole.example whole; } > knot.conf
server:
  rundir: $work
  listen: 127.0.0.1@$port
database:
  storage: $work
control:
  listen: $work/control
zone:
CONF
for name in no-serial whole; do
  printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > $name.example.zone
done
knotd -c knot.conf >log 2>&1 & pids+=($!)
control() { knotc -s "$work/control" --blocking "$@"; }
eventually control zone-read whole.example ns
added() { control zone-read "$1" new 2>/dev/null | grep -o '192\.0\.2\.2$'; }
for name in no-serial.example whole.example; do
  for step in "zone-begin $name" "zone-set $name new 300 A 192.0.2.2" "zone-commit $name"; do control $step >/dev/null; done
  same "$name, before" "$(added $name)" 192.0.2.2
  touch $name.zone
  control zone-reload $name >/dev/null
done
same "no-serial.example, after touch and reload" "$(added no-serial.example)" ""
same "whole.example, after touch and reload" "$(added whole.example)" 192.0.2.2
