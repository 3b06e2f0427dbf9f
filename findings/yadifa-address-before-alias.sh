#!/bin/bash
# YADIFA 2.6.4 answers for an alias with the address first and the CNAME record behind it; BIND, Knot DNS, NSD and PowerDNS do it the other
# way around. glibc 2.36 and HAProxy 2.6.12 read the records in their order and find no address, musl 1.2.3, Go (amtool 0.25.0) and
# dnspython 2.3.0 find it. dnsmasq 2.90 in front passes the order on, and glibc finds nothing through it either; Unbound 1.17.1 in front
# repairs it (packages of Debian 12).
# Seen:  answer A CNAME; glibc: none, through dnsmasq none, through Unbound 192.0.2.9; HAProxy none; musl, Go, dnspython 192.0.2.9
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian yadifa=2.6.4-1 musl-dev=1.2.3-1 tcc libtcc-dev dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 \
  libnftables1 libnftnl11 libjansson4 libmnl0 unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 \
  libhiredis0.14 haproxy=2.6.12-1+deb12u4 libpcre2-8-0 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 \
  prometheus-alertmanager=0.25.0-1+b4 python3-dnspython=2.3.0-1+deb12u1 bind9-dnsutils=1:9.18.49-1~deb12u3 \
  bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 \
  libicu72 libedit2 libbsd0 libmd0
cat > find.c <<'CODE'
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
int main(int count, char **words) {
  struct addrinfo want = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (count > 1 && !getaddrinfo(words[1], 0, &want, &found)) puts(inet_ntoa(((struct sockaddr_in *)found->ai_addr)->sin_addr));
}
CODE
musl=root/usr/lib/$(uname -m)-linux-musl; tcc=$LD_LIBRARY_PATH/tcc
install tcc -B"$tcc" -static -nostdlib -nostdinc -Iroot/usr/include/"$(uname -m)"-linux-musl -I"$tcc/include" -o find \
  "$musl/crt1.o" "$musl/crti.o" find.c "$musl/libc.a" "$musl/crtn.o"
mkdir data
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 127.0.0.1' 'host A 192.0.2.9' 'alias CNAME host' \
  > lab.zone
cat > yadifa.conf <<CONF
<main>
  datapath $work/data
  keyspath $work/data
  logpath $work/data
  xfrpath $work/data
  pidfile $work/data/pid
  listen 127.0.0.1 port 53
  uid 0
  gid 0
  daemon off
</main>
<zone>
  type primary
  domain a.example
  file-name $work/lab.zone
</zone>
CONF
cat > unbound.conf <<CONF
server:
  interface: 127.0.0.3
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
  name: "."
  forward-addr: 127.0.0.1
CONF
cat > haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
resolvers dns
  nameserver yadifa 127.0.0.1:53
frontend state
  bind 127.0.0.1:8080
  stats enable
  stats uri /
backend hosts
  server alias alias.a.example:80 resolvers dns init-addr none resolve-prefer ipv4
  server host host.a.example:80 resolvers dns init-addr none resolve-prefer ipv4
CONF
for server in 1 2 3; do echo "nameserver 127.0.0.$server" > resolv.$server; done; cp resolv.1 resolv.conf
cat > inside.sh <<'SH'
ip link set lo up && ip address add 192.0.2.99/32 dev lo && mount --bind resolv.conf /etc/resolv.conf || exit 2
yadifad -c yadifa.conf >log 2>&1 & one=$!
dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --listen-address=127.0.0.2 --bind-interfaces --pid-file --user= \
  --server=127.0.0.1 >log2 2>&1 & two=$!
unbound -d -c unbound.conf >log3 2>&1 & three=$!
for server in 1 2 3; do for _ in $(seq 100); do
  [ "$(dig +time=1 +tries=1 +short @127.0.0.$server host.a.example)" = 192.0.2.9 ] && break; sleep 0.1; done; done
haproxy -f haproxy.cfg -db >log4 2>&1 & four=$!
state() { env -u LD_LIBRARY_PATH curl --silent --max-time 2 "http://127.0.0.1:8080/;csv" | awk -F, -v of="$1" '$2 == of {print $18}'; }
for _ in $(seq 100); do [ "$(state host)" = "no check" ] && break; sleep 0.1; done; sleep 2
for name in host alias; do
  echo "$name order: $(dig +noall +answer @127.0.0.1 $name.a.example A | awk '{print $4}' | xargs)"
  for server in 1 2 3; do cat resolv.$server > resolv.conf
    found=$(env -u LD_LIBRARY_PATH getent ahostsv4 $name.a.example | awk '{print $1; exit}'); echo "$name glibc $server: ${found:-none}"
  done; cat resolv.1 > resolv.conf
  echo "$name HAProxy: $(state $name)"
  echo "$name musl: $(./find $name.a.example)"
  echo "$name Go: $(GODEBUG=netdns=go amtool --timeout=2s --alertmanager.url=http://$name.a.example:1 alert 2>&1 |
    grep -oE '192.0.2.9|no such host' | head -n 1)"
  echo "$name dnspython: $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'import dns.resolver, sys
print(dns.resolver.resolve(sys.argv[1] + ".a.example", "A")[0])' $name)"
done
kill $one $two $three $four; wait
SH
install unshare --mount --net true
unshare --mount --net bash inside.sh > seen 2>log5
line() { same "$1" "$(sed -n "s/^$1: //p" seen)" "$2"; }
line "host order" A
for reader in "glibc 1" "glibc 2" "glibc 3" musl Go dnspython; do line "host $reader" 192.0.2.9; done
line "host HAProxy" "no check"
line "alias order" "A CNAME"
line "alias glibc 1" none; line "alias glibc 2" none; line "alias glibc 3" 192.0.2.9
line "alias HAProxy" "MAINT (resolution)"
for reader in musl Go dnspython; do line "alias $reader" 192.0.2.9; done
