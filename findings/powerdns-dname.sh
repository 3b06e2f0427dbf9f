#!/bin/bash
# "old DNAME new" moves all names below old. PowerDNS 4.7.3 (Debian pdns-server 4.7.3-2) loads it, pdnsutil finds no error, and a question
# for the DNAME record itself is answered; a name below it is NXDOMAIN, until dname-processing=yes is set, of which no message speaks.
# BIND 9.18.49, Knot DNS 3.2.6 and NSD 4.6.1 answer with the address from the first.
# Seen:  old DNAME: new.example.org. in all; www.old A: 192.0.2.2 for BIND, Knot and NSD, NXDOMAIN for PowerDNS, 192.0.2.2 with the setting
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
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'old DNAME new' 'www.new A 192.0.2.2' \
  > example.org
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
pdns_server --config-dir="$work" --daemon=no --guardian=no --local-port=$((port + 4)) --socket-dir="$work/knot" \
  --dname-processing=yes >log5 2>&1 & pids+=($!)
ask() { dig +time=1 +tries=1 +norecurse +noauthority +noadditional @127.0.0.1 -p $((port + $1)) "$2.example.org" $3 > answer
  awk -v type=$3 '/status: NXDOMAIN/{print "NXDOMAIN"} $4 == type {print $5}' answer; }
for server in 0 1 2 3 4; do eventually eval '[ -n "$(ask $server ns A)" ]'; done
names=(BIND Knot NSD PowerDNS "PowerDNS, dname-processing"); seen=(192.0.2.2 192.0.2.2 192.0.2.2 NXDOMAIN 192.0.2.2)
for server in 0 1 2 3 4; do
  same "${names[server]}, old DNAME" "$(ask $server old DNAME)" new.example.org.
  same "${names[server]}, www.old A" "$(ask $server www.old A)" "${seen[server]}"
done
same "pdnsutil" "$(pdnsutil --config-dir="$work" check-zone example.org 2>&1 | grep -o '0 errors')" "0 errors"
same "PowerDNS, lines of its log on DNAME" "$(grep -ci dname log4)" 0
