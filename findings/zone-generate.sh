#!/bin/bash
# $GENERATE of BIND 9.18.49, read by others. In the text "host $", BIND takes the quotes off before it counts, so the record has two
# strings; PowerDNS 4.7.3 keeps one. "$$" is a dollar sign for BIND and the number twice for PowerDNS and dnspython 2.3.0. The mode "n",
# made for reverse zones of IPv6, writes the digits in reverse for BIND and is a plain number for PowerDNS (packages of Debian 12).
# Seen:  "host $": BIND "host" "1", PowerDNS "host 1"; a$$: a\$, a11, a11; ${0,3,n} of 18: 2.1, 018
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 pdns-server=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 python3-dnspython=2.3.0-1+deb12u1
zone() { printf '%s\n' '$ORIGIN example.org.' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' "$1" > zone; }
bind() { named-compilezone -q -i none -k ignore -o - example.org zone | grep -v 'SOA\|NS\|^ns\.' |
  awk -v field=$1 '{ if (field == 5) sub(/.*TXT[ \t]*/, ""); else $0 = $1; print; exit }'; }
powerdns() { zone2json --zone=zone --zone-name=example.org 2>/dev/null | python3 -c 'import json, sys
records = json.JSONDecoder().raw_decode(sys.stdin.read())[0]["records"]
print(records[3]["content"] if sys.argv[1] == "5" else records[3]["name"])' $1; }
dnspython() { PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'import dns.zone
names = dns.zone.from_file("zone", origin="example.org", relativize=False, check_origin=False)
print([str(name) for name in names if str(name) not in ("example.org.", "ns.example.org.")][0])'; }
zone '$GENERATE 1-1 a TXT "host $"'
same 'text, BIND' "$(bind 5)" '"host" "1"'
same 'text, PowerDNS' "$(powerdns 5)" '"host 1"'
zone '$GENERATE 1-1 a$$ A 192.0.2.1'
same '$$, BIND' "$(bind 1)" 'a\$.example.org.'
same '$$, PowerDNS' "$(powerdns 1)" a11.example.org.
same '$$, dnspython' "$(dnspython)" a11.example.org.
zone '$GENERATE 18-18 ${0,3,n} PTR ns'
same 'n, BIND' "$(bind 1)" 2.1.example.org.
same 'n, PowerDNS' "$(powerdns 1)" 018.example.org.
