#!/bin/bash
# DNS64 in front of dnsmasq 2.90, which answers for AAAA with REFUSED where a host-record has an IPv4 address alone, and with NXDOMAIN where
# an address= is in a local domain. RFC 6147 (5.1.2) has any code but NXDOMAIN count as "no IPv6 address". BIND 9.18.49 answers SERVFAIL
# for the first, Unbound 1.17.1 and PowerDNS Recursor 4.8.8 make an address. For the second, Unbound makes one too, the others say
# NXDOMAIN. And an AAAA record ::ffff:192.0.2.9, which the RFC (5.1.4) has left out, is left out by BIND alone (packages of Debian 12).
# So what a client behind NAT64 reaches depends on which of the three it asks.
# Seen:  in the order BIND, Unbound, Recursor: REFUSED: SERVFAIL, 64:ff9b::c000:202, the same; NXDOMAIN: NXDOMAIN, 64:ff9b::c000:203,
#        NXDOMAIN; ::ffff:192.0.2.9: 64:ff9b::c000:204, ::ffff:192.0.2.9, the same; no such type: 64:ff9b::c000:201 from all
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
  unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 libhiredis0.14 pdns-recursor=4.8.8-1+deb12u1 \
  libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 libsnmp40 dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 libnetfilter-conntrack3 \
  libnfnetlink0 libnftables1 libnftnl11 libjansson4 libmnl0
cat > cache.conf <<CONF
options { directory "$work"; listen-on port $((port + 1)) { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none;
  dnssec-validation no; dns64 64:ff9b::/96 { clients { any; }; }; };
controls { };
zone "lab" { type forward; forward only; forwarders { 127.0.0.1 port $port; }; };
CONF
printf '%s\n' server: "  interface: 127.0.0.1@$((port + 2))" "  directory: \"$work\"" '  chroot: ""' '  username: ""' '  pidfile: ""' \
  '  use-syslog: no' '  do-not-query-localhost: no' '  module-config: "dns64 iterator"' '  dns64-prefix: 64:ff9b::/96' remote-control: \
  '  control-enable: no' forward-zone: '  name: "lab"' "  forward-addr: 127.0.0.1@$port" > unbound.conf
mkdir recursor
printf '%s\n' local-address=127.0.0.1 "local-port=$((port + 3))" "socket-dir=$work/recursor" hint-file=no security-poll-suffix= \
  dnssec=off dns64-prefix=64:ff9b::/96 "forward-zones=lab=127.0.0.1:$port" > recursor/recursor.conf
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$port --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
  --pid-file --user= --host-record=plain.lab,192.0.2.1 --local=/none.lab/ --host-record=a.none.lab,192.0.2.1 \
  --host-record=refused.lab,192.0.2.2 --local=/in.lab/ --address=/missing.in.lab/192.0.2.3 \
  --host-record=mapped.lab,192.0.2.4,::ffff:192.0.2.9 >log 2>&1 & pids+=($!)
named -g -c cache.conf >log1 2>&1 & pids+=($!)
unbound -d -c unbound.conf >log2 2>&1 & pids+=($!)
pdns_recursor --config-dir=recursor --daemon=no >log3 2>&1 & pids+=($!)
ask() { dig +time=3 +tries=2 @127.0.0.1 -p $((port + $1)) "$2.lab" "${3:-AAAA}" |
  awk -v type="${3:-AAAA}" '/status:/ {code = substr($6, 1, length($6) - 1)} $4 == type && !/^;/ {code = $5} END {print code}'; }
for server in 0 1 2 3; do eventually eval '[ "$(ask $server plain A)" = 192.0.2.1 ]'; done
all() { for server in 1 2 3; do ask $server "$1"; done | xargs; }
same "dnsmasq, AAAA" "$(ask 0 refused) $(ask 0 missing.in) $(ask 0 mapped)" "REFUSED NXDOMAIN ::ffff:192.0.2.9"
same "no such type" "$(all a.none)" "64:ff9b::c000:201 64:ff9b::c000:201 64:ff9b::c000:201"
same "REFUSED" "$(all refused)" "SERVFAIL 64:ff9b::c000:202 64:ff9b::c000:202"
same "NXDOMAIN" "$(all missing.in)" "NXDOMAIN 64:ff9b::c000:203 NXDOMAIN"
same "::ffff:192.0.2.9" "$(all mapped)" "64:ff9b::c000:204 ::ffff:192.0.2.9 ::ffff:192.0.2.9"
