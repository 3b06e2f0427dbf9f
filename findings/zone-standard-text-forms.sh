#!/bin/bash
# Forms of record data that the RFCs name, each refused by one checker of five or by two: named-checkzone of BIND 9.18.49, kzonecheck of
# Knot DNS 3.2.6, nsd-checkzone 4.6.1, pdnsutil 4.7.3 and ldns-read-zone 1.8.3 (packages of Debian 12). Base64 with a blank that is not
# behind a fourth character (RFC 4034, 2.2) is an error for Knot, an RRSIG whose times are seconds (3.2) for NSD, a DS whose algorithm is a
# name (5.3) and A \# 4 C0000201 (RFC 3597) for PowerDNS. A CAA value without quotes (RFC 8659) is an error for PowerDNS and ldns. A URI
# without quotes, which RFC 7553 does not have, is accepted by Knot and NSD.
# Seen:  in the order BIND, Knot, NSD, PowerDNS, ldns: DNSKEY AQ ID: yes no yes yes yes; RRSIG in seconds: yes yes no - yes;
#        DS ECDSAP256SHA256: yes yes yes no yes; A \#: yes yes yes no yes; CAA: yes yes yes no no; URI: no yes yes no no
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 \
  libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 knot-dnssecutils=3.2.6-1 knot=3.2.6-1 \
  libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 nsd=4.6.1-1 libevent-2.1-7 \
  pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
echo "zone \"example.org\" { type master; file \"$work/zone\"; };" > zones.conf
printf '%s\n' launch=bind "bind-config=$work/zones.conf" "module-dir=$LD_LIBRARY_PATH/pdns" > pdns.conf
accepts() { "$@" >log 2>&1 && echo yes || echo no; }
zone() { printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' "$1" > zone; }
five() { zone "$1"; same "$1" "$(accepts named-checkzone example.org zone) $(accepts kzonecheck -o example.org zone)$(
  ) $(accepts nsd-checkzone example.org zone) $(accepts pdnsutil --config-dir=. check-zone example.org)$(
  ) $(accepts ldns-read-zone zone)" "$2"; }
digest=$(printf '1%.0s' $(seq 64))
five 'host A 192.0.2.2' "yes yes yes yes yes"
five 'host DNSKEY 257 3 8 AQID AQID' "yes yes yes yes yes"
five 'host DNSKEY 257 3 8 AQ ID' "yes no yes yes yes"
five 'host RRSIG A 8 3 300 20300101000000 20200101000000 1 example.org. AQID' "yes yes yes no yes" # PowerDNS has no such record in a zone
five 'host RRSIG A 8 3 300 1893456000 1577836800 1 example.org. AQID' "yes yes no no yes"
five "host DS 1 13 2 $digest" "yes yes yes yes yes"
five "host DS 1 ECDSAP256SHA256 2 $digest" "yes yes yes no yes"
five 'host A \# 4 C0000202' "yes yes yes no yes"
five 'host CAA 0 issue "ca.example"' "yes yes yes yes yes"
five 'host CAA 0 issue ca.example' "yes yes yes no no"
five 'host URI 10 1 "https://example.org/"' "yes yes yes yes yes"
five 'host URI 10 1 https://example.org/' "no yes yes no no"
