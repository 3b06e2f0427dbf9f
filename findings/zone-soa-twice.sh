#!/bin/bash
# A zone file with two SOA records, as an edit leaves it that adds the new one below: BIND 9.18.49 and NSD 4.6.1 do not serve the zone,
# Knot DNS 3.2.6 serves the first, so that no secondary asks for the change, and PowerDNS 4.7.3 serves the second, neither with a word
# (packages of Debian 12). "dig AXFR" prints the same SOA record at both ends: named-checkzone and kzonecheck accept that file,
# nsd-checkzone refuses it.
# Seen:  serial 1, then 2: SERVFAIL, 1, SERVFAIL, 2; nsd-checkzone of an AXFR: already encountered; named-checkzone, kzonecheck: exit 0
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
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' '@ SOA ns hostmaster 2 3600 600 86400 60' \
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
serial() { dig +time=1 +tries=1 +norecurse @127.0.0.1 -p $((port + $1)) example.org SOA > answer
  awk '/status: SERVFAIL/{print "SERVFAIL"} $4 == "SOA" {print $7}' answer; }
eventually grep -q "all zones loaded" log
for server in 0 1 2 3; do eventually eval '[ -n "$(serial $server)" ]'; done
same "BIND" "$(serial 0)" SERVFAIL
same "Knot" "$(serial 1)" 1
same "NSD" "$(serial 2)" SERVFAIL
same "PowerDNS" "$(serial 3)" 2
same "Knot's log, warnings" "$(grep -ci 'warning\|error' log2)" 0
same "PowerDNS's log, warnings" "$(grep -ci 'warning\|error\|soa' log4)" 0
dig +time=2 +tries=1 +noall +answer @127.0.0.1 -p $((port + 3)) example.org AXFR > transfer
same "SOA records of an AXFR" "$(grep -c SOA transfer)" 2
same "  named-checkzone" "$(named-checkzone -q example.org transfer; echo $?)" 0
same "  kzonecheck" "$(kzonecheck -o example.org transfer; echo $?)" 0
same "  nsd-checkzone" "$(nsd-checkzone example.org transfer 2>&1 | grep -o 'already encountered')" "already encountered"
