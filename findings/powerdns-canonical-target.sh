#!/bin/bash
# An HTTPS, SVCB or LP record whose target has a capital letter. PowerDNS 4.7.3 (packages of Debian 12) signs it with the target in small
# letters and serves the capital, so BIND 9.18.49 and ldns 1.8.3 call the signature bogus, and the name is lost for whoever validates. The
# canonical form has small letters for the types of RFC 4034, section 6.2, as updated, not for later ones. For the same reason pdnsutil
# says that the ZONEMD digest of such a zone fails, which ldns makes and confirms, and Knot DNS 3.2.6 too. CNAME and SRV are right.
# Seen:  signature of CNAME Web, SRV Web, HTTPS web: good; of HTTPS Web, SVCB Web: bogus;
#        digest of CNAME Web, SRV Web, HTTPS web: yes, yes, yes; of HTTPS Web, SVCB Web, LP Web: ldns yes, Knot yes, PowerDNS no
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 knot=3.2.6-1 knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 \
  libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 liblmdb0 libfstrm0 libprotobuf-c1 libedit2 libbsd0 libmd0 libnghttp2-14 \
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 libmaxminddb0 \
  bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 libjson-c5 libxml2 libicu72
printf '%s\n' launch=gsqlite3 "gsqlite3-database=$work/db" gsqlite3-dnssec=yes local-address=127.0.0.1 "local-port=$((port + 1))" \
  "socket-dir=$work" "module-dir=$LD_LIBRARY_PATH/pdns" disable-axfr=no allow-axfr-ips=127.0.0.1 > pdns.conf
python3 -c 'import sqlite3, sys
sqlite3.connect("db").executescript(open(sys.argv[1]).read())' root/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql
util() { pdnsutil --config-dir=. "$@"; }
sign() { printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' "${@:2}" > zone
  install util load-zone "$1.signed" zone; install util secure-zone "$1.signed"; install util rectify-zone "$1.signed"; }
sign cname 'host CNAME Web'; sign srv 'host SRV 1 2 3 Web'; sign small 'host HTTPS 1 web'; sign https 'host HTTPS 1 Web'
sign svcb 'host SVCB 1 Web'
pdns_server --config-dir=. --daemon=no --guardian=no >log 2>&1 & pids+=($!)
transfer() { kdig @127.0.0.1 -p $((port + 1)) +noall +answer "$1.signed" AXFR | grep -v '^;' > "$1.signed"; [ -s "$1.signed" ]; }
eventually transfer cname
signature() { transfer "$1"; dnssec-verify -z -o "$1.signed" "$1.signed" >log2 2>&1 && echo -n "BIND good" || echo -n "BIND bogus"
  ldns-verify-zone "$1.signed" >log3 2>&1; grep -q 'Bogus DNSSEC signature' log3 && echo ", ldns bogus" || echo ", ldns good"; }
for name in cname srv small; do same "signature, $name" "$(signature $name)" "BIND good, ldns good"; done
for name in https svcb; do same "signature, $name" "$(signature $name)" "BIND bogus, ldns bogus"; done
zone() { zones+=("$1"); printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' "${@:2}" > zone
  install ldns-signzone -Z -z sha384 -o "$1.example" -f "$1.zone" zone; }
zones=(); zone none; zone broken; sed -i 's/192.0.2.1$/192.0.2.2/' broken.zone # the digest is that of the address above
zone cname 'host CNAME Web'; zone srv 'host SRV 1 2 3 Web'; zone small 'host HTTPS 1 web'
zone https 'host HTTPS 1 Web'; zone svcb 'host SVCB 1 Web'; zone lp 'host LP 1 Web'
printf '%s\n' 'server:' "  rundir: $work" "  listen: 127.0.0.1@$port" 'database:' "  storage: $work" 'zone:' > knot.conf
for name in "${zones[@]}"; do
  printf '%s\n' "  - domain: $name.example" "    storage: $work" "    file: $name.zone" '    zonemd-verify: on' \
    '    zonefile-sync: -1' '    journal-content: none' >> knot.conf; done
knotd -c knot.conf >log 2>&1 & pids+=($!)
knot() { kdig @127.0.0.1 -p $port "$1.example" SOA | grep -q 'status: NOERROR'; }
eventually knot none
verify() { util zonemd-verify-file "$1.example" "$1.zone"; }
yes() { "$@" >log2 2>&1 && echo yes || echo no; }
all() { same "digest, $1" "ldns $(yes ldns-verify-zone -Z "$1.zone"), Knot $(yes knot "$1"), PowerDNS $(yes verify "$1")" "$2"; }
all none "ldns yes, Knot yes, PowerDNS yes"
all broken "ldns no, Knot no, PowerDNS no"
for name in cname srv small; do all $name "ldns yes, Knot yes, PowerDNS yes"; done
for name in https svcb lp; do all $name "ldns yes, Knot yes, PowerDNS no"; done
