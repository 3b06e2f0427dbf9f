#!/bin/bash
# An SRV record with one target that has 60 addresses, asked over UDP without EDNS. The answer itself has 75 octets, the addresses are an
# extra. BIND 9.18.49, Knot DNS 3.2.6 and NSD 4.6.1 leave the extra out; PowerDNS 4.7.3 sets the TC flag and sends no answer at all
# (packages of Debian 12), so where TCP is closed the service is gone once its target has many addresses. Asked for the 60 addresses, all
# set the flag; BIND sends those that fit, the others none, so a client that ignores the flag works with one of four.
# Seen:  SRV: 1 1 1 records, PowerDNS tc and 0; A: tc in all, BIND 29 records, the others 0; with 1232 octets of EDNS: 1 and 60 in all
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
{ printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' '_dns._udp SRV 0 0 53 pods'
  for pod in $(seq 60); do echo "pods A 192.0.2.$pod"; done; } > example.org
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
ask() { dig +time=1 +tries=1 +norecurse +ignore $4 @127.0.0.1 -p $((port + $1)) "$2.example.org" $3 |
  sed -n 's/^;; flags:\([a-z ]*\);.*ANSWER: \([0-9]*\),.*/\1 \2/p' | sed 's/ qr\| aa\| ad\| rd//g' | xargs; }
size() { dig +time=1 +tries=1 +norecurse +ignore +noedns @127.0.0.1 -p $((port + $1)) _dns._udp.example.org SRV |
  sed -n 's/^;; MSG SIZE  rcvd: //p'; }
for server in 0 1 2 3; do eventually eval '[ "$(ask $server ns A +noedns)" = 1 ]'; done
same "Knot, SRV, octets" "$(size 1)" 75
names=(BIND Knot NSD PowerDNS); services=(1 1 1 "tc 0"); addresses=("tc 29" "tc 0" "tc 0" "tc 0")
for server in 0 1 2 3; do
  same "${names[server]}, SRV" "$(ask $server _dns._udp SRV +noedns)" "${services[server]}"
  same "${names[server]}, A" "$(ask $server pods A +noedns)" "${addresses[server]}"
  same "${names[server]}, SRV with EDNS" "$(ask $server _dns._udp SRV +bufsize=1232)" 1
  same "${names[server]}, A with EDNS" "$(ask $server pods A +bufsize=1232)" 60
done
