#!/bin/bash
# RFC 1035, section 5.1, lets a record of a zone file name its class before its TTL ("www IN 60 A 192.0.2.1").
# ldns 1.8.3 (Debian ldnsutils 1.8.3-1+b1) takes the TTL for the type and refuses the file; BIND 9.18.49 reads it.
# Seen:  ldns "Syntax error, could not parse the RR's rdata at line 4"; with "60 IN" it reads the record. BIND 60.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72
zone() { printf '%s\n' '$ORIGIN example.org.' '@ 300 IN SOA ns hostmaster 1 3600 600 86400 60' '@ 300 IN NS ns' "$1" 'ns 300 IN A 192.0.2.1'; }
zone 'www IN 60 A 192.0.2.2' > class-first; zone 'www 60 IN A 192.0.2.2' > ttl-first
same "ldns, class first" "$(ldns-read-zone class-first 2>&1 | tail -n 1)" "Syntax error, could not parse the RR's rdata at line 4"
same "ldns, TTL first" "$(ldns-read-zone ttl-first | awk '/^www/ {print $2}')" 60
named-compilezone -q -o bind example.org class-first || { echo "cannot install: named-compilezone"; exit 2; }
same "BIND, class first" "$(awk '/^www/ {print $2}' bind)" 60
