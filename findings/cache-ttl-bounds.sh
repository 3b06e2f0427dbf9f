#!/bin/bash
# What a cache makes of a TTL, with the settings that each package comes with: a TTL of 0, of ten days, and a name that is not there for
# ten days (packages of Debian 12). PowerDNS Recursor 4.8.8 keeps what must not be kept for a second, Knot Resolver 5.6.0 for five. Ten days
# are a week for BIND 9.18.49, a day for Unbound 1.17.1 and these two, ten days for dnsmasq 2.90. A missing name is missing for an hour,
# for three hours, for a day or for the ten days. Server: BIND.
# Seen:  in the order BIND, Unbound, Recursor, Knot Resolver, dnsmasq: TTL 0: 0, 0, 1, 5, 0; ten days: 604800, 86400, 86400, 86400, 864000;
#        no such name: 10800, 3600, 3600, 86400, 864000
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
  libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 libsnmp40 knot-resolver=5.6.0-1+deb12u1 libknot13=3.2.6-1 \
  libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 libcap-ng0 dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 \
  libnftables1 libnftnl11 libjansson4 libmnl0
printf '%s\n' '$TTL 60' '@ 864000 SOA ns hostmaster 1 3600 600 86400 864000' '@ NS ns' 'ns A 127.0.0.1' 'zero 0 A 192.0.2.1' \
  'ten 864000 A 192.0.2.2' > lab.zone
common="directory \"$work\"; listen-on-v6 { none; }; pid-file none; session-keyfile none;"
cat > named.conf <<CONF
options { $common listen-on port $port { 127.0.0.1; }; recursion no; };
controls { };
zone "a.example" { type master; file "$work/lab.zone"; };
CONF
cat > cache.conf <<CONF
options { $common listen-on port $((port + 1)) { 127.0.0.1; }; dnssec-validation no; };
controls { };
zone "a.example" { type forward; forward only; forwarders { 127.0.0.1 port $port; }; };
CONF
cat > unbound.conf <<CONF
server:
  interface: 127.0.0.1@$((port + 2))
  directory: "$work"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
remote-control:
  control-enable: no
forward-zone:
  name: "a.example"
  forward-addr: 127.0.0.1@$port
CONF
mkdir recursor kresd
printf '%s\n' local-address=127.0.0.1 "local-port=$((port + 3))" "socket-dir=$work/recursor" hint-file=no security-poll-suffix= dnssec=off \
  "forward-zones=a.example=127.0.0.1:$port" > recursor/recursor.conf
printf '%s\n' "net.listen('127.0.0.1', $((port + 4)))" "modules.unload('ta_update')" "trust_anchors.remove('.')" \
  "policy.add(policy.suffix(policy.STUB('127.0.0.1@$port'), {todname('a.example')}))" > kresd/kresd.conf
# Knot Resolver looks for its modules in /usr/lib, which in a mount namespace of its own has them.
libraries=/usr/lib/$(uname -m)-linux-gnu
over="mount -t overlay overlay -o lowerdir=$work/root$libraries:$libraries $libraries"
install unshare --mount bash -c "$over"
named -g -c named.conf >log 2>&1 & pids+=($!)
named -g -c cache.conf >log1 2>&1 & pids+=($!)
unbound -d -c unbound.conf >log2 2>&1 & pids+=($!)
pdns_recursor --config-dir=recursor --daemon=no >log3 2>&1 & pids+=($!)
unshare --mount bash -c "$over && exec kresd -n -q -c kresd.conf kresd" >log4 2>&1 & pids+=($!)
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$((port + 5)) --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
  --pid-file --user= "--server=/a.example/127.0.0.1#$port" >log5 2>&1 & pids+=($!)
ask() { dig +time=2 +tries=1 +noall +answer +authority @127.0.0.1 -p $((port + $1)) "$2.a.example" A |
  awk '$4 == "A" || $4 == "SOA" {print $2; exit}'; }
for server in 0 1 2 3 4 5; do eventually eval '[ "$(ask $server ns)" ]'; done
all() { for server in 1 2 3 4 5; do ask $server "$1"; done | xargs; }
same "the server" "$(ask 0 zero) $(ask 0 ten) $(ask 0 missing)" "0 864000 864000"
same "TTL 0" "$(all zero)" "0 0 1 5 0"
same "ten days" "$(all ten)" "604800 86400 86400 86400 864000"
same "no such name" "$(all missing)" "10800 3600 3600 86400 864000"
