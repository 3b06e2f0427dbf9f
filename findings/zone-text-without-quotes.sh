#!/bin/bash
# What has no quotes in a TXT record. "text TXT @" is the text "@" for BIND 9.18.49 and Knot DNS 3.2.6, and the name of the zone for
# PowerDNS 4.7.3; NSD 4.6.1 does not serve the zone. "text TXT \# 2 0161", the octets of RFC 3597 for the text "a", is "a" for three and
# "# 2 0161" for PowerDNS. A line that ends behind TXT stops the zone in three, and is the text "TXT" in PowerDNS (packages of Debian 12).
# Seen:  @: "@", "@", not served, "at.example."; \# 2 0161: "a" in three, "# 2 0161"; nothing: not served by three, "TXT";
#        "@" in quotes: "@" in all
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
  pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
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
  for server in 0 1 2 3; do eventually eval '[ "$(answer $server ns.plain.example A)" = 192.0.2.1 ]'; done; }
zone plain; zone at 'text TXT @'; zone quoted 'text TXT "@"'; zone octets 'text TXT \# 2 0161'; zone nothing 'text TXT'
answer() { dig +time=1 +tries=1 +norecurse +noauthority @127.0.0.1 -p $((port + $1)) "$2" "$3" > answer
  awk -v type="$3" '/status: (SERVFAIL|REFUSED)/{print "not served"} $4 == type {sub(/.*[ \t](TXT|A)[ \t]+/, ""); print}' answer; }
serve
names=(BIND Knot NSD PowerDNS)
all() { name=$1; for server in 0 1 2 3; do shift; same "$name, ${names[server]}" "$(answer $server text.$name.example TXT)" "$1"; done; }
all at '"@"' '"@"' "not served" '"at.example."'
all quoted '"@"' '"@"' '"@"' '"@"'
all octets '"a"' '"a"' '"a"' '"# 2 0161"'
all nothing "not served" "not served" "not served" '"TXT"'
