#!/bin/bash
# A catalog zone (RFC 9432) tells secondary servers which zones to fetch. BIND 9.18.49 makes five of them, and BIND, Knot DNS 3.2.6 and
# PowerDNS 4.7.3 (packages of Debian 12) read them. Each catalog has a member that all three would serve, and one property: a member with
# two groups costs Knot the whole catalog, version "1" too. With a second version record, Knot goes on, and the others serve none of its
# zones. A member that is listed twice costs PowerDNS the whole catalog. A group, an unknown property and an address beside them do no harm.
# Seen:  in the order BIND, Knot, PowerDNS: plain yes yes yes; two groups yes no yes; version "1" yes no yes; two versions no yes no;
#        member twice yes yes no
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 \
  libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 knot=3.2.6-1 \
  libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 pdns-server=4.7.3-2 \
  pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > member.zone
catalogs=()
catalog() { catalogs+=("$1"); printf '%s\n' '$TTL 60' '@ SOA invalid. invalid. 1 60 60 3600 60' '@ NS invalid.' \
  "one.zones PTR $1.member.example." "${@:2}" > "$1.catalog"; }
two='version TXT "2"'
catalog versions "$two" 'version TXT "1"'
catalog version 'version TXT "1"'
catalog groups "$two" 'group.one.zones TXT "a"' 'group.one.zones TXT "b"'
catalog twice "$two" 'again.zones PTR twice.member.example.'
catalog plain "$two" 'group.one.zones TXT "a"' 'other.one.zones TXT "b"' 'host A 192.0.2.1'
options() { echo "options { directory \"$work\"; listen-on port $1 { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; notify no;" \
  "pid-file none; session-keyfile none; $2 }; controls { };"; }
{ options $port ""; for name in "${catalogs[@]}"; do
    echo "zone \"$name.catalog.example\" { type primary; file \"$work/$name.catalog\"; check-names ignore; };"
    echo "zone \"$name.member.example\" { type primary; file \"$work/member.zone\"; };"; done; } > primary.conf
{ options $((port + 1)) "catalog-zones { $(for name in "${catalogs[@]}"; do
    echo "zone \"$name.catalog.example\" default-primaries { 127.0.0.1 port $port; } in-memory yes;"; done) };"
  for name in "${catalogs[@]}"; do
    echo "zone \"$name.catalog.example\" { type secondary; primaries { 127.0.0.1 port $port; }; };"; done; } > bind.conf
{ printf '%s\n' 'server:' "  rundir: $work" "  listen: 127.0.0.1@$((port + 2))" 'database:' "  storage: $work/knot" 'remote:' \
    '  - id: primary' "    address: 127.0.0.1@$port" 'template:' '  - id: default' "    storage: $work/knot" '    master: primary' 'zone:'
  for name in "${catalogs[@]}"; do
    printf '%s\n' "  - domain: $name.catalog.example" '    catalog-role: interpret' '    catalog-template: default'; done; } > knot.conf
printf '%s\n' launch=gsqlite3 "gsqlite3-database=$work/db" local-address=127.0.0.1 "local-port=$((port + 3))" "socket-dir=$work" \
  "module-dir=$LD_LIBRARY_PATH/pdns" secondary=yes xfr-cycle-interval=2 > pdns.conf
python3 -c 'import sqlite3, sys
sqlite3.connect("db").executescript(open(sys.argv[1]).read())' root/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql
util() { install pdnsutil --config-dir=. "$@"; }
for name in "${catalogs[@]}"; do util create-secondary-zone "$name.catalog.example" 127.0.0.1:$port
  util set-kind "$name.catalog.example" consumer; done
mkdir knot
served() { dig +time=2 +tries=2 +norecurse @127.0.0.1 -p $((port + $2)) "$1.member.example" SOA | grep -q 'status: NOERROR' &&
  echo yes || echo no; }
serves() { [ "$(served "$1" "$2")" = yes ]; }
named -g -c primary.conf >log 2>&1 & pids+=($!)
eventually serves plain 0
named -g -c bind.conf >log2 2>&1 & pids+=($!)
knotd -c knot.conf >log3 2>&1 & pids+=($!)
pdns_server --config-dir=. --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
for name in version plain groups twice; do eventually serves $name 1; done
for name in versions plain twice; do eventually serves $name 2; done
for name in version plain groups; do eventually serves $name 3; done
sleep 5 # what is not there by now, when zones of all three have come, was left out
three() { same "$1" "$(served "$2" 1) $(served "$2" 2) $(served "$2" 3)" "$3"; }
three "plain" plain "yes yes yes"
three "two groups" groups "yes no yes"
three "version 1" version "yes no yes"
three "two versions" versions "no yes no"
three "member twice" twice "yes yes no"
