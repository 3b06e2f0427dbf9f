#!/bin/bash
# A forward-zone of Unbound 1.17.1 for 10.in-addr.arpa, for lab.test or for home.arpa: it is accepted and never asked. The local zones that
# Unbound brings along come first, and the answer is NXDOMAIN. unbound-checkconf is content; only "local-zone: NAME nodefault", for
# lab.test with the NAME test, lets the question through. BIND 9.18.49, PowerDNS Recursor 4.8.8 and dnsmasq 2.90 forward each of them
# (packages of Debian 12), lab.internal is forwarded by all. So the reverse names of pods and Services have no answer through Unbound.
# Seen:  x.10.in-addr.arpa, x.lab.test, x.home.arpa: Unbound NXDOMAIN, the others NOERROR; x.lab.internal NOERROR; nodefault: NOERROR
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian unbound=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 libhiredis0.14 libprotobuf-c1 libfstrm0 libnghttp2-14 \
  bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 \
  libjson-c5 libxml2 libicu72 libedit2 libbsd0 libmd0 dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3 libnfnetlink0 \
  pdns-recursor=4.8.8-1+deb12u1 libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 libsnmp40 \
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
zones="10.in-addr.arpa lab.test home.arpa lab.internal"
{ printf '%s\n' 'server:' "  rundir: $work" "  listen: 127.0.0.1@$port" 'database:' "  storage: $work/knot" 'zone:'
  for zone in $zones; do printf '%s\n' "  - domain: $zone" "    storage: $work" "    file: zone"; done; } > knot.conf
printf '%s\n' '$TTL 60' '@ SOA ns.example. admin.example. 1 1 1 1 1' '@ NS ns.example.' 'x TXT here' > zone
unbound() { printf '%s\n' server: '  interface: 127.0.0.1' "  port: $1" '  do-not-query-localhost: no' '  username: ""' '  chroot: ""' \
    '  directory: ""' '  pidfile: ""' '  use-syslog: no' '  module-config: iterator'
  for zone in $2; do echo "  local-zone: $zone nodefault"; done
  for zone in $zones; do printf '%s\n' forward-zone: "  name: $zone" "  forward-addr: 127.0.0.1@$port"; done; }
unbound $((port + 1)) "" > unbound.conf; unbound $((port + 2)) "10.in-addr.arpa test home.arpa" > nodefault.conf
{ echo "options { directory \"$work\"; listen-on port $((port + 3)) { 127.0.0.1; }; listen-on-v6 { none; }; dnssec-validation no;"
  echo 'pid-file none; session-keyfile none; }; controls { };'
  for zone in $zones; do echo "zone \"$zone\" { type forward; forward only; forwarders { 127.0.0.1 port $port; }; };"; done; } > named.conf
knotd -c knot.conf >log 2>&1 & pids+=($!)
for name in unbound nodefault; do command unbound -d -c $name.conf >log.$name 2>&1 & pids+=($!); done
named -g -c named.conf >log2 2>&1 & pids+=($!)
pdns_recursor --config-dir="$work" --local-address=127.0.0.1 --local-port=$((port + 4)) --socket-dir="$work" --dont-query= --dnssec=off \
  --forward-zones="$(for zone in $zones; do printf ",$zone=127.0.0.1:$port"; done | cut -c2-)" --write-pid=no >log3 2>&1 & pids+=($!)
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$((port + 5)) --listen-address=127.0.0.1 --bind-interfaces --no-resolv \
  --no-hosts --pid-file= --user= $(for zone in $zones; do echo "--server=/$zone/127.0.0.1#$port"; done) >log4 2>&1 & pids+=($!)
status() { dig +time=2 +tries=1 @127.0.0.1 -p $((port + $1)) "x.$2" TXT | sed -n 's/.*status: \([A-Z]*\).*/\1/p'; }
for server in 0 1 2 3 4 5; do eventually eval '[ "$(status $server lab.internal)" = NOERROR ]'; done
same "unbound-checkconf" "$(unbound-checkconf unbound.conf >log5 2>&1; echo $?)" 0
names=(Knot Unbound "Unbound, nodefault" BIND "PowerDNS Recursor" dnsmasq)
for server in 1 2 3 4 5; do
  [ $server = 1 ] && seen=NXDOMAIN || seen=NOERROR
  for zone in 10.in-addr.arpa lab.test home.arpa; do same "${names[server]}, $zone" "$(status $server $zone)" $seen; done
  same "${names[server]}, lab.internal" "$(status $server lab.internal)" NOERROR
done
