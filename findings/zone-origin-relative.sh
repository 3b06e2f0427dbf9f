#!/bin/bash
# "$ORIGIN sub" without a dot at its end, read in three ways. BIND 9.18.49 completes it with the origin before it, as any other name of a
# zone file. Knot DNS 3.2.6 and NSD 4.6.1 refuse the file. ldns 1.8.3 and PowerDNS 4.7.3 take it as absolute, so the record below
# it is outside the zone, and neither says so (packages of Debian 12).
# Seen:  BIND host.sub.example.org., ldns and PowerDNS host.sub., Knot "invalid FQDN zone origin", NSD "$ORIGIN directive requires ..."
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 nsd=4.6.1-1 libevent-2.1-7 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 pdns-server=4.7.3-2 \
  knot-dnssecutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
cat > zone <<'ZONE'
$ORIGIN example.org.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
$ORIGIN sub
host A 192.0.2.2
ZONE
name() { grep -o 'host\.sub[a-z.]*' | head -n 1; }
same "BIND" "$(named-compilezone -q -o - example.org zone | name)" host.sub.example.org.
same "Knot" "$(kzonecheck -v -o example.org zone 2>&1 | grep -o "invalid FQDN zone origin")" "invalid FQDN zone origin"
same "ldns" "$(ldns-read-zone zone | name)" host.sub.
same "PowerDNS" "$(zone2json --zone=zone --zone-name=example.org 2>/dev/null | name)" host.sub.
same "NSD" "$(nsd-checkzone example.org zone 2>&1 | grep -o '$ORIGIN.*')" '$ORIGIN directive requires absolute domain name'
