#!/bin/bash
# One record more with "pdnsutil add-record" of PowerDNS 4.7.3, in a zone that pdnsutil has loaded (SQLite). The serial stays, and no
# message says so: Knot DNS 3.2.6 as a secondary server has no such record until somebody runs "pdnsutil increase-serial". A name between
# the record and the zone, dept for host.dept, is NXDOMAIN, from which a resolver may conclude that nothing is below it (RFC 8020), and
# under a wildcard it has the wildcard's address. "pdnsutil rectify-zone" repairs that. Knot has the same records and answers right, and an
# update by nsupdate, which counts the serial, is right in both (packages of Debian 12).
# Seen:  add-record: serial 1, Knot has nothing; increase-serial: it has; dept: NXDOMAIN, in Knot and after rectify-zone NOERROR;
#        dept under a wildcard: 192.0.2.9, after rectify-zone no address; nsupdate: another serial, Knot has it, team NOERROR
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
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 \
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
mkdir pdns knot
printf '%s\n' launch=gsqlite3 "gsqlite3-database=$work/pdns/db" local-address=127.0.0.1 "local-port=$port" "socket-dir=$work/pdns" \
  "module-dir=$LD_LIBRARY_PATH/pdns" allow-axfr-ips=127.0.0.1 dnsupdate=yes allow-dnsupdate-from=127.0.0.1 cache-ttl=0 query-cache-ttl=0 \
  negquery-cache-ttl=0 > pdns/pdns.conf
python3 -c 'import sqlite3, sys; sqlite3.connect("pdns/db").executescript(sys.stdin.read())' \
  < root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
util() { install pdnsutil --config-dir=pdns "$@"; }
printf '%s\n' '$TTL 2' '@ SOA ns hostmaster 1 1 1 600 2' '@ NS ns' 'ns A 192.0.2.1' '*.wild A 192.0.2.9' > zone
util load-zone example.org zone
printf '%s\n' server: "  rundir: $work/knot" "  listen: 127.0.0.1@$((port + 1))" database: "  storage: $work/knot" remote: \
  '  - id: primary' "    address: 127.0.0.1@$port" zone: '  - domain: example.org' "    storage: $work/knot" \
  '    master: primary' > knot.conf
pdns_server --config-dir=pdns --daemon=no --guardian=no >log 2>&1 & pids+=($!)
ask() { dig +time=2 +tries=2 +norecurse @127.0.0.1 -p $((port + $1)) "$2" "${3:-A}" |
  awk '/status:/ {code = substr($6, 1, length($6) - 1)} $4 == "A" && !/^;/ {code = $5} $4 == "SOA" && !/^;/ {serial = $7}
  END {print (type == "SOA" ? serial : code)}' type="${3:-A}"; }
has() { [ "$(ask "$1" "$2.example.org")" = "$3" ]; }
eventually has 0 ns 192.0.2.1
knotd -c knot.conf >log2 2>&1 & pids+=($!)
eventually has 1 ns 192.0.2.1
both() { echo "$(ask 0 "$1.example.org") $(ask 1 "$1.example.org")"; }
util add-record example.org host.dept A 2 192.0.2.10; util add-record example.org host.dept.wild A 2 192.0.2.11
eventually has 0 host.dept 192.0.2.10; sleep 6 # Knot asks each second
same "add-record, serial" "$(ask 0 example.org SOA)" 1
same "add-record, PowerDNS, Knot" "$(both host.dept)" "192.0.2.10 NXDOMAIN"
same "dept, PowerDNS" "$(ask 0 dept.example.org)" NXDOMAIN
same "dept under a wildcard, PowerDNS" "$(ask 0 dept.wild.example.org)" 192.0.2.9
util increase-serial example.org
eventually has 1 host.dept 192.0.2.10
same "increase-serial, PowerDNS, Knot" "$(both host.dept)" "192.0.2.10 192.0.2.10"
same "dept, PowerDNS, Knot" "$(both dept)" "NXDOMAIN NOERROR"
util rectify-zone example.org; eventually has 0 dept NOERROR
same "rectify-zone, dept" "$(ask 0 dept.example.org)" NOERROR
same "rectify-zone, dept under a wildcard" "$(ask 0 dept.wild.example.org)" NOERROR
before=$(ask 0 example.org SOA)
printf '%s\n' "server 127.0.0.1 $port" 'zone example.org.' 'update add host.team.example.org. 2 A 192.0.2.12' send | nsupdate >log4 2>&1
for server in 0 1; do eventually has $server host.team 192.0.2.12; done
same "nsupdate, team" "$(ask 0 team.example.org)" NOERROR
[ "$(ask 0 example.org SOA)" != "$before" ] && counted=yes || counted=no
same "nsupdate, another serial" $counted yes
