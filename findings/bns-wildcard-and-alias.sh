#!/bin/bash
# AuthServer of bns 0.16.0 (npm) serves a zone file, and each wildcard of the zone answers for every name: with *.apps in the zone, the
# answer for ns, for an alias, for a missing name and for www.example.net has the record of *.apps, under that name. Without a wildcard, the
# address of an alias is NXDOMAIN, and so is a name without the type that is asked for; the question for the CNAME gets both records. The
# answers do not have the flag AA. BIND 9.18.49 (Debian 12) answers with the same file as the standard says.
# Seen:  in the order bns, BIND: ns: 2 records, 1; none: NOERROR with *.apps, NXDOMAIN; alias: *.apps alone, CNAME and address; without a
#        wildcard: AAAA of ns: NXDOMAIN, NOERROR; A of alias: NXDOMAIN, CNAME and address; CNAME of alias: CNAME and address, CNAME
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
install npm install --silent --ignore-scripts bns@0.16.0; export NODE_BACKEND=js # no native build of its library bcrypto
printf '%s\n' '$ORIGIN example.org.' '$TTL 60' '@ IN SOA ns hostmaster 1 3600 600 86400 60' '@ IN NS ns' 'ns IN A 192.0.2.1' \
  'alias IN CNAME ns' > plain
(cat plain; echo '*.apps IN A 192.0.2.2') > wildcard
cat > serve.cjs <<'CODE'
const { AuthServer } = require("bns"); const server = new AuthServer({ tcp: true });
server.setOrigin("example.org."); server.zone.fromString(require("fs").readFileSync(process.argv[2], "utf8"));
server.bind(Number(process.argv[3]), "127.0.0.1");
CODE
cat > named.conf <<CONF
options { directory "$work"; listen-on port $((port + 1)) { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; minimal-responses yes;
  pid-file none; session-keyfile none; };
controls { };
zone "example.org" { type primary; file "$work/zone"; };
CONF
# Status, flag AA, and the owners and types of the answer
ask() { dig +norec +time=1 +tries=1 +noall +comments +answer @127.0.0.1 -p $((port + $1)) "$2" "$3" |
  awk '/status:/ {gsub(",", ""); print $6} /flags:.* aa/ {print "AA"} /^[^;]/ {print $1 "/" $4}' | sed 's/\.example\.org\.//' | xargs; }
start() { cp $1 zone; node serve.cjs zone $port >log 2>&1 & pids=($!); named -g -c named.conf >log2 2>&1 & pids+=($!)
  for server in 0 1; do eventually eval 'ask $server ns.example.org A | grep "ns/A"'; done; }
both() { same "$1" "$(ask 0 $2)" "$3"; same "  BIND" "$(ask 1 $2)" "$4"; }
start wildcard
both "wildcard, ns A" "ns.example.org A" "NOERROR ns/A *.apps/A" "NOERROR AA ns/A"
both "wildcard, none A" "none.example.org A" "NOERROR *.apps/A" "NXDOMAIN AA"
both "wildcard, alias A" "alias.example.org A" "NOERROR *.apps/A" "NOERROR AA alias/CNAME ns/A"
both "wildcard, x.apps A" "x.apps.example.org A" "NOERROR x.apps/A" "NOERROR AA x.apps/A"
both "wildcard, www.example.net A" "www.example.net A" "NOERROR *.apps/A" REFUSED
kill "${pids[@]}"; wait 2>/dev/null
start plain
both "ns AAAA" "ns.example.org AAAA" NXDOMAIN "NOERROR AA"
both "alias A" "alias.example.org A" NXDOMAIN "NOERROR AA alias/CNAME ns/A"
both "alias CNAME" "alias.example.org CNAME" "NOERROR alias/CNAME ns/A" "NOERROR AA alias/CNAME"
both "none A" "none.example.org A" NXDOMAIN "NXDOMAIN AA"
