#!/bin/bash
# A serial that rises by 2147483648, half of all, is the one step for which RFC 1982 has no order: "undefined". Knot DNS 3.2.6 and NSD
# 4.6.1 as secondary servers transfer such a zone; BIND 9.18.49, PowerDNS 4.7.3 and YADIFA 2.6.4 stay with the old one, and none says so
# to who asks it (packages of Debian 12). One less, the largest step, is followed by all; one more is a step back and followed by none. So a
# jump of this size, to get rid of a serial that is too large, leaves two kinds of answers.
# Seen:  10 to 2147483657: all new; to 2147483658: BIND old, Knot new, NSD new, PowerDNS old, YADIFA old; to 2147483659 and to 5: all old
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
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 yadifa=2.6.4-1
mkdir primary bind knot nsd pdns yadifa
# The secondary servers of all zones, five programs that transfer them from the primary one at $port
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
  { printf '%s\n' '<main>' "  datapath $work/yadifa" "  keyspath $work/yadifa" "  logpath $work/yadifa" "  xfrpath $work/yadifa" \
      "  pidfile $work/yadifa/pid" "  listen 127.0.0.1 port $((port + 5))" '  uid 0' '  gid 0' '  daemon off' '</main>'
    for zone in "$@"; do printf '%s\n' '<zone>' '  type secondary' "  domain $zone" "  file-name $zone" \
      "  primary 127.0.0.1 port $port" '</zone>'; done; } > yadifa.conf
  named -g -c bind.conf >log1 2>&1 & pids+=($!)
  knotd -c knot.conf >log2 2>&1 & pids+=($!)
  nsd -d -c nsd.conf >log3 2>&1 & pids+=($!)
  pdns_server --config-dir=pdns --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
  yadifad -c yadifa.conf >log5 2>&1 & pids+=($!)
}
primary() {
  { echo "options { directory \"$work/primary\"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };" \
      'recursion no; notify no; pid-file none; session-keyfile none; }; controls { };'
    for zone in "$@"; do echo "zone \"$zone\" { type primary; file \"$zone\"; };"; done; } > primary.conf
  named -g -c primary.conf >log 2>&1 & first=$!; pids+=($first)
}
zones="less.example half.example more.example back.example"
write() { printf '%s\n' '$TTL 2' "@ SOA ns hostmaster $2 2 2 600 2" '@ NS ns' 'ns A 192.0.2.1' "host TXT $3" > "primary/$1.example"; }
for zone in $zones; do write "${zone%.example}" 10 old; done
primary $zones; secondaries $zones
ask() { dig +short +time=2 +tries=2 +norecurse @127.0.0.1 -p $((port + $1)) "host.$2" TXT | tr -d '"'; }
says() { [ "$(ask "$1" "$2")" = "$3" ]; }
for server in 1 2 3 4 5; do for zone in $zones; do eventually says $server $zone old; done; done
kill $first; wait $first 2>/dev/null
write less 2147483657 new; write half 2147483658 new; write more 2147483659 new; write back 5 new
primary $zones
for server in 1 2 3 4 5; do eventually says $server less.example new; done
for server in 2 3; do eventually says $server half.example new; done
sleep 8 # four more times the interval at which they ask
all() { for server in 1 2 3 4 5; do ask $server "$1.example"; done | xargs; }
same "10 to 2147483657" "$(all less)" "new new new new new"
same "10 to 2147483658" "$(all half)" "old new new old old"
same "10 to 2147483659" "$(all more)" "old old old old old"
same "10 to 5" "$(all back)" "old old old old old"
