#!/bin/bash
# A response policy zone that gives names an address of its own: *.lab, ok.lab and a.b.lab. What is below ok.lab is not a match of *.lab in
# a DNS zone, and b.lab, which is there only as the parent of a.b.lab, neither. BIND 9.18.49 keeps to that, for PowerDNS Recursor 4.8.8
# the wildcard covers all of them, and Unbound 1.17.1 is in between: it covers b.lab, not x.b.lab. And the record below one with a TTL of
# its own has that TTL in Unbound, not $TTL (packages of Debian 12).
# Seen:  in the order BIND, Unbound, Recursor: x.lab and ok.lab policy; x.ok.lab real, real, policy; b.lab real, policy, policy;
#        x.b.lab real, real, policy; TTL of the record below the one with 10: 60, 10, 60
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 \
  libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 unbound=1.17.1-2+deb12u4 \
  libevent-2.1-7 libpython3.11 libhiredis0.14 pdns-recursor=4.8.8-1+deb12u1 libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 \
  libsnmp40
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.53' '* A 192.0.2.1' > real.zone
printf '%s\n' '$TTL 60' '@ SOA ns. hostmaster. 1 3600 600 86400 60' '@ NS ns.' 'own.example.org 10 A 192.0.2.88' \
  'next.example.org A 192.0.2.88' '*.lab.example.org A 192.0.2.88' 'ok.lab.example.org A 192.0.2.88' \
  'a.b.lab.example.org A 192.0.2.88' > policy.zone
options() { echo "options { directory \"$work\"; listen-on port $1 { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;" \
  "session-keyfile none; dnssec-validation no; $2 }; controls { };"; }
{ options $port 'recursion no;'; echo "zone \"example.org\" { type master; file \"$work/real.zone\"; };"; } > real.conf
{ options $((port + 1)) "response-policy { zone \"policy\" max-policy-ttl 3600; }; forward only; forwarders { 127.0.0.1 port $port; };"
  echo "zone \"policy\" { type master; file \"$work/policy.zone\"; };"; } > bind.conf
printf '%s\n' server: '  interface: 127.0.0.1' "  port: $((port + 2))" '  do-not-query-localhost: no' '  username: ""' '  chroot: ""' \
  '  directory: ""' '  pidfile: ""' '  use-syslog: no' '  module-config: "respip iterator"' rpz: '  name: policy' \
  "  zonefile: $work/policy.zone" forward-zone: '  name: example.org' "  forward-addr: 127.0.0.1@$port" > unbound.conf
mkdir recursor; echo "rpzFile('$work/policy.zone', {policyName='policy'})" > policy.lua
printf '%s\n' local-address=127.0.0.1 "local-port=$((port + 3))" "socket-dir=$work/recursor" daemon=no dnssec=off threads=1 dont-query= \
  "forward-zones=example.org=127.0.0.1:$port" "lua-config-file=$work/policy.lua" security-poll-suffix= > recursor/recursor.conf
for name in real bind; do named -g -c $name.conf >log.$name 2>&1 & pids+=($!); done
unbound -d -c unbound.conf >log 2>&1 & pids+=($!)
pdns_recursor --config-dir=recursor >log2 2>&1 & pids+=($!)
answer() { dig +time=2 +tries=2 +noall +answer @127.0.0.1 -p $((port + $1)) "$2.example.org" A | awk -v field="$3" '{print $field}'; }
for server in 0 1 2 3; do eventually eval '[ "$(answer $server plain 5)" = 192.0.2.1 ]'; done
three() { local seen=; for server in 1 2 3; do case $(answer $server "$1" 5) in 192.0.2.1) seen+="real ";; 192.0.2.88) seen+="policy ";;
    *) seen+="nothing ";; esac; done
  same "$1" "${seen% }" "$2"; }
three plain "real real real"
three x.lab "policy policy policy"
three ok.lab "policy policy policy"
three a.b.lab "policy policy policy"
three x.ok.lab "real real policy"
three b.lab "real policy policy"
three x.b.lab "real real policy"
for server in 1 2 3; do ttl[server]="$(answer $server own 2) $(answer $server next 2)"; done
same "TTL of own and next" "${ttl[1]}, ${ttl[2]}, ${ttl[3]}" "10 60, 10 10, 10 60"
