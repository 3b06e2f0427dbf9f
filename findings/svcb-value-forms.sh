#!/bin/bash
# Forms of one SVCB record, in BIND 9.18.49, Knot DNS 3.2.6, NSD 4.6.1, PowerDNS 4.7.3 and ldns 1.8.3 (packages of Debian 12). alpn="f,h2",
# with a protocol of one letter before another, stops the zone in Knot; "h2,f" does not. alpn="f\\\\oo\\,bar,h2" is an example of RFC 9460
# for two protocols, and ldns makes three of it. no-default-alpn="", where the value is empty as it has to be, stops the zone in Knot and
# PowerDNS, and is an error for ldns. key5=AAAA is the text AAAA for three; NSD and ldns read the number as its name ech, and base64.
# Seen:  in the order BIND, Knot, NSD, PowerDNS, ldns: "f,h2" no zone in Knot; escaped f\oo,bar h2, but f\\oo\ bar h2 in ldns;
#        no-default-alpn="" yes, not served, yes, not served, none; key5 41414141, 41414141, 000000, 41414141, 000000
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
  pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
zones=()
zone() { zones+=("$1.example"); mkdir -p knot
  printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' "${@:2}" |
    tee "$1.example" > "knot/$1.example"; }
serve() {
  { printf '%s\n' "options { directory \"$work\"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;" \
    'pid-file none; session-keyfile none; }; controls { };'
    for name in "${zones[@]}"; do echo "zone \"$name\" { type master; file \"$work/$name\"; };"; done; } > named.conf
  { printf '%s\n' 'server:' "  rundir: $work" "  listen: 127.0.0.1@$((port + 1))" 'database:' "  storage: $work/knot" 'zone:'
    for name in "${zones[@]}"; do printf '%s\n' "  - domain: $name" "    storage: $work/knot" "    file: $name"; done; } > knot.conf
  { printf '%s\n' 'server:' "  ip-address: 127.0.0.1@$((port + 2))" "  zonesdir: $work" "  pidfile: $work/nsd.pid" \
    "  xfrdfile: $work/xfrd.state" "  zonelistfile: $work/zone.list" "  xfrdir: $work" '  database: ""' '  username: ""' \
    '  server-count: 1' 'remote-control:' '  control-enable: no'
    for name in "${zones[@]}"; do printf '%s\n' 'zone:' "  name: $name" "  zonefile: $name"; done; } > nsd.conf
  echo "launch=bind bind-config=$work/zones.conf local-address=127.0.0.1 local-port=$((port + 3)) socket-dir=$work
    module-dir=$LD_LIBRARY_PATH/pdns" | tr -s ' ' '\n' > pdns.conf
  grep ^zone named.conf > zones.conf
  named -g -c named.conf >log 2>&1 & pids+=($!)
  knotd -c knot.conf >log2 2>&1 & pids+=($!)
  nsd -d -c nsd.conf >log3 2>&1 & pids+=($!)
  pdns_server --config-dir="$work" --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
  for server in 0 1 2 3; do eventually eval '[ -n "$(answer $server plain)" ] && ! grep -q "REFUSED\|SERVFAIL" answer'; done; }
zone plain 'a SVCB 1 . alpn="h2,f"'
zone letter 'a SVCB 1 . alpn="f,h2"'
zone escaped 'a SVCB 1 . alpn="f\\\\oo\\,bar,h2"'
zone number 'a SVCB 1 . key5=AAAA'
zone empty 'a SVCB 1 . alpn=h2 no-default-alpn=""'
# What the server sends, in octets: the priority, the target and the parameters.
answer() { dig +time=2 +tries=2 +norecurse +noauthority +noadditional +unknownformat @127.0.0.1 -p $((port + $1)) \
    a."$2".example SVCB > answer
  awk '/status: (SERVFAIL|REFUSED)/{print "not served"}
    $4 == "TYPE64" && !/^;/{for (i = 7; i <= NF; i++) printf "%s", tolower($i)}' answer; }
ldns() { ldns-read-zone -u SVCB "$1.example" 2>/dev/null | awk '$4 == "TYPE64" {print $NF}'; }
serve
names=(BIND Knot NSD PowerDNS)
all() { name=$1; shift
  for server in 0 1 2 3; do same "$name, ${names[server]}" "$(answer $server $name)" "$1"; shift; done
  same "$name, ldns" "$(ldns $name)" "$1"; }
no="not served" start=0001000001000 # priority 1, the root, key 1
all plain "${start}50268320166" "${start}50268320166" "${start}50268320166" "${start}50268320166" "${start}50268320166"
all letter "${start}50166026832" "$no" "${start}50166026832" "${start}50166026832" "${start}50166026832"
right=${start}c08665c6f6f2c626172026832
all escaped $right $right $right $right ${start}e06665c5c6f6f5c03626172026832
all empty ${start}302683200020000 "$no" ${start}302683200020000 "$no" ""
text=0001000005000441414141 base64=00010000050003000000
all number $text $text $base64 $text $base64
