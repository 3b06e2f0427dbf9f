#!/bin/bash
# One set of addresses, two TTLs in the zone file: "set 100 A" and "set 200 A". Four servers load the file and serve it in three ways.
# BIND 9.18.49 gives both records the first TTL, Knot DNS 3.2.6 the last one, NSD 4.6.1 and PowerDNS 4.7.3 answer with two TTLs
# (packages of Debian 12). RFC 2181 deprecates different TTLs in one set, so each server repairs the file in its own way, or not at all.
# Seen:  100 and 200 in that order: BIND 100 100, Knot 200 200, NSD and PowerDNS 100 200
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
printf '%s\n' '@ 300 SOA ns hostmaster 1 3600 600 86400 60' '@ 300 NS ns' 'ns 300 A 192.0.2.1' \
  'set 100 A 192.0.2.3' 'set 200 A 192.0.2.4' 'other 200 A 192.0.2.3' 'other 100 A 192.0.2.4' > example.org
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
    file: $work/example.org
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
mkdir -p knot
named -g -c named.conf >log 2>&1 & pids+=($!)
knotd -c knot.conf >log2 2>&1 & pids+=($!)
nsd -d -c nsd.conf >log3 2>&1 & pids+=($!)
pdns_server --config-dir="$work" --daemon=no --guardian=no >log4 2>&1 & pids+=($!)
ttls() { dig +time=1 +tries=1 +norecurse +noall +answer @127.0.0.1 -p $((port + $1)) $2.example.org A |
  sort -k 5 | awk '{print $2}' | xargs; }
for server in 0 1 2 3; do eventually eval '[ -n "$(ttls $server ns)" ]'; done
same "BIND, 100 and 200" "$(ttls 0 set)" "100 100"
same "BIND, 200 and 100" "$(ttls 0 other)" "200 200"
same "Knot, 100 and 200" "$(ttls 1 set)" "200 200"
same "Knot, 200 and 100" "$(ttls 1 other)" "100 100"
same "NSD, 100 and 200" "$(ttls 2 set)" "100 200"
same "PowerDNS, 100 and 200" "$(ttls 3 set)" "100 200"
