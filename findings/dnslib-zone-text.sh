#!/bin/bash
# python3-dnslib 0.9.23 (Debian 12) reads a zone file with RR.fromZone. A relative target of SRV is absolute: ns is "ns.", while that of MX
# is ns.example.org; the target @ is the name "@.example.org". In a text, \065 is 5 and not A, and a\;b without quotes ends at the backslash.
# A text with a quotation mark is printed without its backslash, and the next reader gets two texts of it. No message says so. A TTL behind
# the class, 1D in a record, HINFO in quotes or HTTPS is an error. named-compilezone 9.18.49 reads each.
# Seen:  in the order dnslib, BIND: SRV: ns., ns.example.org.; CNAME @: @.example.org., example.org.; "\065": "5", "A"; a\;b: "a\", "a;b";
#        "q\"q": "q"q", "q\"q"; IN 60 A, 1D, HINFO and HTTPS: error, read
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian python3-dnslib=0.9.23-1 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 \
  libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72
cat > read.py <<'CODE'
import sys, dnslib
try: print(*[record.rdata.toZone() for record in dnslib.RR.fromZone(open("zone").read()) if str(record.rname).startswith("x.")])
except Exception: print("error")
CODE
both() { printf '%s\n' '$ORIGIN example.org.' '$TTL 300' '@ IN SOA ns hostmaster 1 3600 600 86400 60' '@ IN NS ns' 'ns IN A 192.0.2.1' \
    "x $1" > zone
  same "$1" "$(PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 read.py)" "$2"
  same "  BIND" "$(named-compilezone -q -i none -o - example.org zone 2>&1 | sed -n 's/^x\.example.* IN [A-Z]*[[:space:]]*//p')" "$3"; }
both 'IN MX 10 ns' '10 ns.example.org.' '10 ns.example.org.'
both 'IN SRV 0 5 53 ns' '0 5 53 ns.' '0 5 53 ns.example.org.'
both 'IN CNAME @' '@.example.org.' 'example.org.'
both 'IN TXT "\065"' '"5"' '"A"'
both 'IN TXT a\;b' '"a\"' '"a;b"'
both 'IN TXT "q\"q"' '"q"q"' '"q\"q"'
both '60 IN A 192.0.2.2' 192.0.2.2 192.0.2.2
both 'IN 60 A 192.0.2.2' error 192.0.2.2
both '1D IN A 192.0.2.2' error 192.0.2.2
both 'IN HINFO "x y" linux' error '"x y" "linux"'
both 'IN HTTPS 1 . alpn="h2"' error '1 . alpn="h2"'
