#!/bin/bash
# PowerDNS 4.7.3 (zone2json of Debian pdns-server 4.7.3-2) reads "$TTL 1h30m" as 60 seconds and "1W2D" as 86400: the number before the first
# unit times the last unit. BIND 9.18.49 reads the same file as 5400 and 777600. Neither says a word. The SOA's timers are read
# the same way: "1h30m" becomes 60.
# Seen:  PowerDNS 60 86400 60, BIND 5400 777600 5400
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian pdns-server=4.7.3-2 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72
cat > zone <<'ZONE'
$ORIGIN example.org.
$TTL 1h30m
@ SOA ns hostmaster 1 1h30m 600 86400 60
@ NS ns
ns A 192.0.2.1
$TTL 1W2D
late A 192.0.2.2
ZONE
zone2json --zone=zone --zone-name=example.org > powerdns 2>/dev/null
named-compilezone -q -o bind example.org zone || { echo "cannot install: named-compilezone"; exit 2; }
read_json() { tr '{' '\n' < powerdns | sed -n "s/.*\"name\": \"$1\..*\"ttl\": \([0-9]*\), \"type\": \"A\".*/\1/p"; }
read_bind() { awk -v n="$1." '$1 == n && $4 == "A" {print $2}' bind; }
same "PowerDNS, \$TTL 1h30m" "$(read_json ns.example.org)" 60
same "PowerDNS, \$TTL 1W2D" "$(read_json late.example.org)" 86400
same "PowerDNS, SOA refresh 1h30m" "$(sed -n 's/.*hostmaster.example.org 1 \([0-9]*\) .*/\1/p' powerdns)" 60
same "BIND, \$TTL 1h30m" "$(read_bind ns.example.org)" 5400
same "BIND, \$TTL 1W2D" "$(read_bind late.example.org)" 777600
