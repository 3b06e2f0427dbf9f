#!/bin/bash
# One zone file, two small servers (packages of Debian 12). Its SOA record has the TTL 60 and the minimum 3600, so a missing name is missing
# for a minute (RFC 2308): BIND 9.18.49, Knot DNS 3.2.6, NSD 4.6.1, PowerDNS 4.7.3 and gdnsd 3.8.1 say so, YADIFA 2.6.4 says an hour.
# gdnsd serves the TTL 0 as 5 and a year as 41 days, with a warning in its log, and an alias alone, without the address that the same zone
# has for it, so a program that asks gdnsd directly finds none.
# Seen:  no such name: 60, in YADIFA 3600; TTL 0: 0, in gdnsd 5; a year: 31536000, in gdnsd 3600000; alias: CNAME and A, in gdnsd CNAME
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
  pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 yadifa=2.6.4-1 gdnsd=3.8.1-1 libev4
mkdir -p zones knot yadifa gdnsd/zones gdnsd/run gdnsd/state
printf '%s\n' '$TTL 300' '@ 60 SOA ns hostmaster 1 3600 600 86400 3600' '@ NS ns' 'ns A 192.0.2.1' 'zero 0 A 192.0.2.2' \
  'year 31536000 A 192.0.2.3' 'alias CNAME ns' > zones/example.org
cp zones/example.org gdnsd/zones
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile none; };
controls { };
zone "example.org" { type master; file "$work/zones/example.org"; };
CONF
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$((port + 1))
database:
  storage: $work/knot
zone:
  - domain: example.org
    file: $work/zones/example.org
CONF
cat > nsd.conf <<CONF
server:
  ip-address: 127.0.0.1@$((port + 2))
  zonesdir: $work/zones
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
grep ^zone named.conf > zones.conf
echo "launch=bind bind-config=$work/zones.conf local-address=127.0.0.1 local-port=$((port + 3)) socket-dir=$work
  module-dir=$LD_LIBRARY_PATH/pdns" | tr -s ' ' '\n' > pdns.conf
cat > yadifa.conf <<CONF
<main>
  datapath $work/yadifa
  keyspath $work/yadifa
  logpath $work/yadifa
  xfrpath $work/yadifa
  pidfile $work/yadifa/pid
  listen 127.0.0.1 port $((port + 4))
  uid 0
  gid 0
  daemon off
</main>
<zone>
  type primary
  domain example.org
  file-name $work/zones/example.org
</zone>
CONF
echo "options => { listen => 127.0.0.1:$((port + 5)), run_dir => $work/gdnsd/run, state_dir => $work/gdnsd/state }" > gdnsd/config
named -g -c named.conf >log 2>&1 & pids+=($!)
knotd -c knot.conf >log1 2>&1 & pids+=($!)
nsd -d -c nsd.conf >log2 2>&1 & pids+=($!)
pdns_server --config-dir="$work" --daemon=no --guardian=no >log3 2>&1 & pids+=($!)
yadifad -c yadifa.conf >log4 2>&1 & pids+=($!)
gdnsd -c gdnsd start >log5 2>&1 & pids+=($!)
answer() { dig +time=1 +tries=1 +norecurse +noall +answer +authority @127.0.0.1 -p $((port + $1)) "$2.example.org" A; }
for server in 0 1 2 3 4 5; do eventually eval '[ "$(answer $server ns | grep -c 192.0.2.1)" = 1 ]'; done
ttls() { for server in 0 1 2 3 4 5; do answer $server "$1" | awk -v type="$2" '$4 == type {print $2; exit}'; done | xargs; }
types() { for server in 0 1 2 3 4 5; do answer $server "$1" | awk '$4 ~ /^(A|CNAME)$/ {print $4}' | sort | paste -sd+; done | xargs; }
same "no such name" "$(ttls missing SOA)" "60 60 60 60 3600 60"
same "TTL 0" "$(ttls zero A)" "0 0 0 0 0 5"
same "a year" "$(ttls year A)" "31536000 31536000 31536000 31536000 31536000 3600000"
same "an alias" "$(types alias)" "A+CNAME A+CNAME A+CNAME A+CNAME A+CNAME CNAME"
