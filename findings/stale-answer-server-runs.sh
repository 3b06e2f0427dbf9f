#!/bin/bash
# Serving stale answers is for when the server cannot be asked (RFC 8767). With "serve-expired: yes" in Unbound 1.17.1 and --use-stale-cache
# in dnsmasq 2.90, the first question after the end of the TTL gets the old answer though the server runs and has a new one: an address
# that has moved, or a name that is gone. The second question gets the new one. BIND 9.18.49 with stale-answer-enable, PowerDNS Recursor
# 4.8.8 with serve-stale-extensions and Knot Resolver 5.6.0 with serve_stale ask first. In Unbound, serve-expired-client-timeout: 1800
# makes it ask first as well. Server: Knot DNS 3.2.6 (packages of Debian 12).
# Seen:  after the change: BIND new, Unbound old, Recursor new, Knot Resolver new, dnsmasq old, Unbound with the timeout new; a deleted
#        name: none, the old address, none, none, the old address, none; asked again: new everywhere
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
  libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 libsnmp40 knot-resolver=5.6.0-1+deb12u1 knot=3.2.6-1 libknot13=3.2.6-1 \
  libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 \
  libnetfilter-conntrack3 libnfnetlink0 libnftables1 libnftnl11 libjansson4 libmnl0
printf '%s\n' '$TTL 2' '@ SOA ns hostmaster 1 3600 600 86400 2' '@ NS ns' 'ns A 127.0.0.1' 'host A 192.0.2.10' 'gone A 192.0.2.20' > zone
mkdir knot recursor kresd
printf '%s\n' server: "  rundir: $work/knot" "  listen: 127.0.0.1@$port" control: "  listen: $work/control" database: \
  "  storage: $work/knot" zone: '  - domain: a.example' "    file: $work/zone" '    zonefile-sync: -1' > knot.conf
cat > cache.conf <<CONF
options { directory "$work"; listen-on port $((port + 1)) { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none;
  dnssec-validation no; stale-cache-enable yes; stale-answer-enable yes; };
controls { };
zone "a.example" { type forward; forward only; forwarders { 127.0.0.1 port $port; }; };
CONF
unbound_conf() { printf '%s\n' server: "  interface: 127.0.0.1@$1" "  directory: \"$work\"" '  chroot: ""' '  username: ""' \
  '  pidfile: ""' '  use-syslog: no' '  do-not-query-localhost: no' '  module-config: "iterator"' '  serve-expired: yes' "${@:2}" \
  remote-control: '  control-enable: no' forward-zone: '  name: "a.example"' "  forward-addr: 127.0.0.1@$port"; }
unbound_conf $((port + 2)) > unbound.conf; unbound_conf $((port + 6)) '  serve-expired-client-timeout: 1800' > timeout.conf
printf '%s\n' local-address=127.0.0.1 "local-port=$((port + 3))" "socket-dir=$work/recursor" hint-file=no security-poll-suffix= dnssec=off \
  serve-stale-extensions=100 "forward-zones=a.example=127.0.0.1:$port" > recursor/recursor.conf
printf '%s\n' "net.listen('127.0.0.1', $((port + 4)))" "modules.unload('ta_update')" "trust_anchors.remove('.')" \
  "modules.load('serve_stale < cache')" \
  "policy.add(policy.suffix(policy.STUB('127.0.0.1@$port'), {todname('a.example')}))" > kresd/kresd.conf
# Knot Resolver looks for its modules in /usr/lib, which in a mount namespace of its own has them.
libraries=/usr/lib/$(uname -m)-linux-gnu
over="mount -t overlay overlay -o lowerdir=$work/root$libraries:$libraries $libraries"
install unshare --mount bash -c "$over"
knotd -c knot.conf >log 2>&1 & pids+=($!)
named -g -c cache.conf >log1 2>&1 & pids+=($!)
unbound -d -c unbound.conf >log2 2>&1 & pids+=($!)
pdns_recursor --config-dir=recursor --daemon=no >log3 2>&1 & pids+=($!)
unshare --mount bash -c "$over && exec kresd -n -q -c kresd.conf kresd" >log4 2>&1 & pids+=($!)
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$((port + 5)) --listen-address=127.0.0.1 --bind-interfaces --no-resolv \
  --no-hosts --pid-file --user= --use-stale-cache "--server=/a.example/127.0.0.1#$port" >log5 2>&1 & pids+=($!)
unbound -d -c timeout.conf >log6 2>&1 & pids+=($!)
ask() { local found; found=$(dig +short +time=3 +tries=2 @127.0.0.1 -p $((port + $1)) "$2.a.example" A | grep '^[0-9]')
  echo "${found:-none}"; }
answers() { [ "$(ask "$1" ns)" = 127.0.0.1 ]; }
for server in 0 1 2 3 4 5 6; do eventually answers $server; done
all() { for server in 1 2 3 4 5 6; do ask $server "$1"; done | xargs; }
old=192.0.2.10 new=192.0.2.11 gone=192.0.2.20
same "before, host" "$(all host)" "$old $old $old $old $old $old"
same "before, gone" "$(all gone)" "$gone $gone $gone $gone $gone $gone"
change() { install knotc -s "$work/control" -b "$@"; }
change zone-begin a.example; change zone-unset a.example host A; change zone-set a.example host 2 A $new
change zone-unset a.example gone A; change zone-commit a.example
sleep 8 # the TTL is over, which Knot Resolver takes as 5 seconds
same "changed, the server" "$(ask 0 host) $(ask 0 gone)" "$new none"
same "changed, host" "$(all host)" "$new $old $new $new $old $new"
same "changed, gone" "$(all gone)" "none $gone none none $gone none"
sleep 1
same "asked again, host" "$(all host)" "$new $new $new $new $new $new"
same "asked again, gone" "$(all gone)" "none none none none none none"
