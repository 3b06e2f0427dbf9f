#!/bin/bash
# One record of another zone in a zone file, "host.example.net." in that of example.org, as a wrong $ORIGIN makes it: BIND 9.18.49 and Knot
# DNS 3.2.6 leave that record out and serve the rest, NSD 4.6.1 and PowerDNS 4.7.3 serve nothing of the zone (packages of Debian 12).
# named-checkzone says "ignoring" and OK, kzonecheck nothing. zone2json of PowerDNS reads the file that its server refuses.
# Seen:  ns.example.org: 192.0.2.1, 192.0.2.1, SERVFAIL, SERVFAIL; exit codes: named-checkzone 0, kzonecheck 0, nsd-checkzone 1, zone2json 0
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
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 nsd=4.6.1-1 libevent-2.1-7 \
  pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'host.example.net. A 192.0.2.2' > example.org
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile none; };
controls { };
zone "example.org" { type master; file "$work/example.org"; };
CONF
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$((port + 1))
database:
  storage: $work/knot
zone:
  - domain: example.org
    storage: $work/knot
    file: example.org
CONF
cat > nsd.conf <<CONF
server:
  ip-address: 127.0.0.1@$((port + 2))
  zonesdir: $work
  pidfile: $work/nsd.pid
  xfrdfile: $work/xfrd.state
  zonelistfile: $work/zone.list
  xfrdir: $work
  database: ""
  username: ""
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: example.org
  zonefile: example.org
CONF
echo "launch=bind bind-config=$work/zones.conf local-address=127.0.0.1 local-port=$((port + 3)) socket-dir=$work
  module-dir=$LD_LIBRARY_PATH/pdns" | tr -s ' ' '\n' > pdns.conf
grep ^zone named.conf > zones.conf
mkdir knot; cp example.org knot/
named -g -c named.conf >log 2>&1 & pids+=($!)
knotd -c knot.conf >log2 2>&1 & pids+=($!)
nsd -d -c nsd.conf >log3 2>&1 & pids+=($!)
pdns_server --config-dir="$work" --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
answer() { dig +time=1 +tries=1 +norecurse @127.0.0.1 -p $((port + $1)) ns.example.org A > answer
  awk '/status: SERVFAIL/{print "SERVFAIL"} $4 == "A" {print $5}' answer; }
eventually grep -q "all zones loaded" log
for server in 0 1 2 3; do eventually eval '[ -n "$(answer $server)" ]'; done
same "BIND" "$(answer 0)" 192.0.2.1
same "Knot" "$(answer 1)" 192.0.2.1
same "NSD" "$(answer 2)" SERVFAIL
same "PowerDNS" "$(answer 3)" SERVFAIL
same "named-checkzone" "$(named-checkzone example.org example.org | grep -o 'ignoring out-of-zone data\|OK' | xargs)" \
  "ignoring out-of-zone data OK"
same "kzonecheck" "$(kzonecheck example.org 2>&1; echo exit $?)" "exit 0"
nsd-checkzone example.org example.org >log5 2>&1; same "nsd-checkzone" "exit $?" "exit 1"
zone2json --zone=example.org --zone-name=example.org >log6 2>&1; same "zone2json" "exit $?" "exit 0"
