#!/bin/bash
# Knot DNS 3.2.6 (Debian knot 3.2.6-1) with "zonefile-sync: -1": "knotc --blocking zone-flush" prints OK, exits 0 and leaves the zone file
# as it was; only the server's log has a warning. A backup that flushes and copies the file always has the first version. "--force" writes.
# Seen:  "OK", exit 0, file unchanged; with --force "OK", exit 0, file changed.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$port
database:
  storage: $work
control:
  listen: $work/control
zone:
  - domain: example.org
    storage: $work
    file: zone
    zonefile-sync: -1
CONF
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone; cp zone before
knotd -c knot.conf >log 2>&1 & pids+=($!)
control() { knotc -s "$work/control" "$@"; }
eventually control zone-status example.org
for step in 'zone-begin example.org' 'zone-set example.org new 300 A 192.0.2.2' 'zone-commit example.org'; do control $step >/dev/null; done
same "the server has the record" "$(control zone-read example.org new | awk '{print $NF}')" 192.0.2.2
same "flush" "$(control --blocking zone-flush example.org; echo "exit $?")" "OK
exit 0"
same "the file has the record" "$(grep -c 192.0.2.2 zone)" 0
same "flush --force" "$(control --blocking --force zone-flush example.org; echo "exit $?")" "OK
exit 0"
same "the file has the record" "$(grep -c 192.0.2.2 zone)" 1
