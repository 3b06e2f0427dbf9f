#!/bin/bash
# RFC 9460 lets a zone file name a service parameter by its number, and the value is then the octets of the wire. BIND 9.18.49 reads
# key1="\002h2" as alpn="h2" and key3="\001\187" as port=443. NSD 4.6.1 and ldns 1.8.3 read both as if the name were there: they
# put a second length before the octets and refuse the port (packages of Debian 12). One line, two records.
# Seen:  BIND 1 . alpn="h2", NSD 1 . alpn="\002h2", ldns 1 . alpn=\002h2; key3: BIND port=443, NSD and ldns an error
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 nsd=4.6.1-1 libevent-2.1-7 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
zone() { printf '%s\n' "x HTTPS $1" | cat head - > zone; }
printf '%s\n' '$ORIGIN example.org.' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > head
written() { sed -n 's/^x.*HTTPS[[:space:]]*//p'; }
zone '1 . key1="\002h2"'
same "BIND, key1" "$(named-compilezone -q -o - example.org zone | written)" '1 . alpn="h2"'
same "NSD, key1" "$(nsd-checkzone -p example.org zone | written)" '1 . alpn="\002h2"'
same "ldns, key1" "$(ldns-read-zone zone | written)" '1 . alpn=\002h2'
zone '1 . key3="\001\187"'
same "BIND, key3" "$(named-compilezone -q -o - example.org zone | written)" '1 . port=443'
same "NSD, key3" "$(nsd-checkzone -p example.org zone 2>&1 | grep -o 'Could not parse port')" 'Could not parse port'
same "ldns, key3" "$(ldns-read-zone zone 2>&1 | grep -o "could not parse the RR's rdata")" "could not parse the RR's rdata"
