#!/bin/bash
# A secondary server whose primary one is gone. The SOA record says for how long it may go on (RFC 1035, EXPIRE). BIND 9.18.49, Knot DNS
# 3.2.6 and NSD 4.6.1 then answer SERVFAIL, so that a resolver asks another server. PowerDNS 4.7.3 goes on with what it has (packages of
# Debian 12). So after weeks without transfers it is the one server that answers, with the records of then. Here
# the zone expires after 8 seconds; BIND may check as often as the zone says.
# Seen:  primary runs: 192.0.2.10 from all; gone for 25 seconds: BIND SERVFAIL, Knot SERVFAIL, NSD SERVFAIL, PowerDNS 192.0.2.10
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 nsd=4.6.1-1 libevent-2.1-7 \
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
mkdir primary bind knot nsd pdns
# The secondary servers of all zones, four programs that transfer them from the primary one at $port
secondaries() {
  { echo "options { directory \"$work/bind\"; listen-on port $((port + 1)) { 127.0.0.1; }; listen-on-v6 { none; };" \
      'recursion no; notify no; pid-file none; session-keyfile none; min-refresh-time 1; min-retry-time 1; }; controls { };'
    for zone in "$@"; do echo "zone \"$zone\" { type secondary; primaries { 127.0.0.1 port $port; }; };"; done; } > bind.conf
  { printf '%s\n' server: "  rundir: $work/knot" "  listen: 127.0.0.1@$((port + 2))" database: "  storage: $work/knot" remote: \
      '  - id: primary' "    address: 127.0.0.1@$port" zone:
    for zone in "$@"; do printf '%s\n' "  - domain: $zone" "    storage: $work/knot" '    master: primary'; done; } > knot.conf
  { printf '%s\n' server: "  ip-address: 127.0.0.1@$((port + 3))" "  zonesdir: $work/nsd" "  pidfile: $work/nsd.pid" \
      "  xfrdfile: $work/nsd/xfrd.state" "  zonelistfile: $work/nsd/zone.list" "  xfrdir: $work/nsd" '  database: ""' '  username: ""' \
      '  server-count: 1' remote-control: '  control-enable: no'
    for zone in "$@"; do printf '%s\n' zone: "  name: $zone" "  zonefile: $zone" "  request-xfr: 127.0.0.1@$port NOKEY"; done; } > nsd.conf
  printf '%s\n' launch=gsqlite3 "gsqlite3-database=$work/pdns/db" local-address=127.0.0.1 "local-port=$((port + 4))" \
    "socket-dir=$work/pdns" "module-dir=$LD_LIBRARY_PATH/pdns" secondary=yes xfr-cycle-interval=1 > pdns/pdns.conf
  python3 -c 'import sqlite3, sys; sqlite3.connect("pdns/db").executescript(sys.stdin.read())' \
    < root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
  for zone in "$@"; do install pdnsutil --config-dir=pdns create-secondary-zone "$zone" 127.0.0.1:$port; done
  named -g -c bind.conf >log1 2>&1 & pids+=($!)
  knotd -c knot.conf >log2 2>&1 & pids+=($!)
  nsd -d -c nsd.conf >log3 2>&1 & pids+=($!)
  pdns_server --config-dir=pdns --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
}
primary() {
  { echo "options { directory \"$work/primary\"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };" \
      'recursion no; notify no; pid-file none; session-keyfile none; }; controls { };'
    for zone in "$@"; do echo "zone \"$zone\" { type primary; file \"$zone\"; };"; done; } > primary.conf
  named -g -c primary.conf >log 2>&1 & first=$!; pids+=($first)
}
printf '%s\n' '$TTL 2' '@ SOA ns hostmaster 1 2 2 8 2' '@ NS ns' 'ns A 192.0.2.1' 'host A 192.0.2.10' > primary/example.org
primary example.org; secondaries example.org
ask() { dig +time=2 +tries=2 +norecurse @127.0.0.1 -p $((port + $1)) host.example.org A |
  awk '/status:/ && !/NOERROR/ {print substr($6, 1, length($6) - 1)} $4 == "A" && $1 ~ /^host/ {print $5}'; }
has() { [ "$(ask "$1")" = 192.0.2.10 ]; }
names=("" BIND Knot NSD PowerDNS)
for server in 1 2 3 4; do eventually has $server; done
for server in 1 2 3 4; do same "primary runs, ${names[server]}" "$(ask $server)" 192.0.2.10; done
kill $first; sleep 25
for server in 1 2 3; do same "primary is gone, ${names[server]}" "$(ask $server)" SERVFAIL; done
same "primary is gone, PowerDNS" "$(ask 4)" 192.0.2.10
