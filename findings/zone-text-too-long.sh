#!/bin/bash
# A text of 300 characters in a zone file: Knot DNS 3.2.6 and PowerDNS 4.7.3 (Debian 12) cut it into 255 and 45 without a word.
# BIND 9.18.49, NSD 4.6.1 and ldns 1.8.3 refuse it, BIND with "syntax error", and the whole zone with it. So a key for mail that works on
# Knot keeps the zone file from loading in the others.
# Seen:  Knot and PowerDNS: 255 45; named-checkzone: syntax error; nsd-checkzone: longer than 255 characters; ldns: could not parse
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
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 nsd=4.6.1-1 \
  libevent-2.1-7 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
mkdir knot
printf '%s\n' '@ 300 SOA ns hostmaster 1 3600 600 86400 60' '@ 300 NS ns' 'ns 300 A 192.0.2.1' \
  "text 300 TXT $(printf 'a%.0s' $(seq 300))" | tee example.org > knot/example.org
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$((port + 1))
database:
  storage: $work/knot
acl:
  - id: local
    address: 127.0.0.1
    action: update
zone:
  - domain: example.org
    storage: $work/knot
    file: example.org
    acl: local
CONF
python3 -c 'import sqlite3, sys; sqlite3.connect("db").executescript(sys.stdin.read())' \
  < root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
echo "launch=gsqlite3 gsqlite3-database=$work/db local-address=127.0.0.1 local-port=$((port + 2)) socket-dir=$work dnsupdate=yes
  allow-dnsupdate-from=127.0.0.1 module-dir=$LD_LIBRARY_PATH/pdns" | tr -s ' ' '\n' > pdns.conf
install pdnsutil --config-dir=. load-zone example.org example.org
knotd -c knot.conf >log2 2>&1 & pids+=($!)
pdns_server --config-dir="$work" --daemon=no --guardian=no >log3 2>&1 & pids+=($!)
ask() { dig +time=1 +tries=1 +norecurse +noall +answer @127.0.0.1 -p $((port + $1)) "$2.example.org" "$3" |
  awk '{print $2 " " $NF}' | sort | xargs; }
for server in 1 2; do eventually eval '[ -n "$(ask $server ns A)" ]'; done
lengths() { dig +short +tcp +time=1 @127.0.0.1 -p $((port + $1)) text.example.org TXT | awk -F '"' '{print length($2) " " length($4)}'; }
same "Knot" "$(lengths 1)" "255 45"
same "PowerDNS" "$(lengths 2)" "255 45"
same "BIND" "$(named-checkzone example.org example.org 2>&1 | grep -o 'syntax error' | uniq)" "syntax error"
same "NSD" "$(nsd-checkzone example.org example.org 2>&1 | grep -o 'longer than 255 characters')" "longer than 255 characters"
same "ldns" "$(ldns-read-zone example.org 2>&1 | grep -o "could not parse the RR's rdata")" "could not parse the RR's rdata"
