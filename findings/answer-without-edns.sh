#!/bin/bash
# A client without EDNS, as musl 1.2.3 is, takes 512 octets by UDP. Sixty addresses of one name are 992: BIND 9.18.49 sends 30 of them with
# TC set; Knot DNS 3.2.6, NSD 4.6.1 and PowerDNS 4.7.3 send TC and no address; YADIFA 2.6.4 sends all of them, without TC. musl of this
# version does not ask again by TCP, so it has half of the addresses, or says that the name has none, depending on the server. glibc 2.36
# asks again and has all of them each time (packages of Debian 12).
# Seen:  answers without EDNS: BIND 30 tc, Knot 0 tc, NSD 0 tc, PowerDNS 0 tc, YADIFA 60; musl: 30, 0, 0, 0, 30; glibc: 60 each time
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian musl-dev=1.2.3-1 tcc libtcc-dev bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 \
  bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 \
  libicu72 libedit2 libbsd0 libmd0 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 \
  libcap-ng0 nsd=4.6.1-1 libevent-2.1-7 pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 \
  yadifa=2.6.4-1
cat > find.c <<'CODE'
#include <netdb.h>
#include <stdio.h>
int main(int count, char **words) {
  struct addrinfo hints = {0}, *all = 0;
  int found = 0;
  hints.ai_family = AF_INET; hints.ai_socktype = SOCK_STREAM;
  if (count > 1 && getaddrinfo(words[1], 0, &hints, &all)) all = 0;
  for (; all; all = all->ai_next) found++;
  printf("%d\n", found);
  return 0;
}
CODE
musl=root/usr/lib/$(uname -m)-linux-musl; tcc=$LD_LIBRARY_PATH/tcc
install tcc -B"$tcc" -static -nostdlib -nostdinc -Iroot/usr/include/"$(uname -m)"-linux-musl -I"$tcc/include" -o find \
  "$musl/crt1.o" "$musl/crti.o" find.c "$musl/libc.a" "$musl/crtn.o"
mkdir knot nsd yadifa
{ printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 127.0.0.1'
  for n in $(seq 60); do echo "many A 192.0.2.$n"; done; } > zone
cat > named.conf <<CONF
options { directory "$work"; listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; };
controls { };
zone "a.example" { type master; file "$work/zone"; };
CONF
grep ^zone named.conf > zones.conf
printf '%s\n' server: "  rundir: $work/knot" '  listen: 127.0.0.2@53' database: "  storage: $work/knot" zone: '  - domain: a.example' \
  "    file: $work/zone" > knot.conf
printf '%s\n' server: '  ip-address: 127.0.0.3' "  zonesdir: $work" "  pidfile: $work/nsd.pid" "  xfrdfile: $work/nsd/xfrd.state" \
  "  zonelistfile: $work/nsd/zone.list" "  xfrdir: $work/nsd" '  database: ""' '  username: ""' '  server-count: 1' remote-control: \
  '  control-enable: no' zone: '  name: a.example' '  zonefile: zone' > nsd.conf
printf '%s\n' launch=bind "bind-config=$work/zones.conf" local-address=127.0.0.4 "socket-dir=$work" "module-dir=$LD_LIBRARY_PATH/pdns" \
  > pdns.conf
printf '%s\n' '<main>' "  datapath $work/yadifa" "  keyspath $work/yadifa" "  logpath $work/yadifa" "  xfrpath $work/yadifa" \
  "  pidfile $work/yadifa/pid" '  listen 127.0.0.5 port 53' '  uid 0' '  gid 0' '  daemon off' '</main>' '<zone>' '  type primary' \
  '  domain a.example' "  file-name $work/zone" '</zone>' > yadifa.conf
cat > inside <<'SH'
ip link set lo up && ip address add 192.0.2.99/32 dev lo || exit 2
named -g -c named.conf >log1 2>&1 & ids=$!
knotd -c knot.conf >log2 2>&1 & ids="$ids $!"
nsd -d -c nsd.conf >log3 2>&1 & ids="$ids $!"
pdns_server --config-dir="$PWD" --daemon=no --guardian=no >log4 2>&1 & ids="$ids $!"
yadifad -c yadifa.conf >log5 2>&1 & ids="$ids $!"
ask() { dig +time=2 +tries=2 +norecurse +ignore +noedns @127.0.0."$1" many.a.example A; }
for server in 1 2 3 4 5; do
  for _ in $(seq 100); do ask $server | grep -q 'status: NOERROR' && break; sleep 0.1; done
  echo "nameserver 127.0.0.$server" > resolv.conf; mount --bind resolv.conf /etc/resolv.conf
  ask $server > answer
  cut=$(grep -q 'flags:.* tc' answer && echo ' tc')
  echo "$(sed -n 's/.*ANSWER: \([0-9]*\).*/\1/p' answer)$cut musl $(timeout 20 ./find many.a.example)" \
    "glibc $(env -u LD_LIBRARY_PATH getent ahostsv4 many.a.example | grep -c STREAM)"
  umount /etc/resolv.conf
done
kill $ids; wait
SH
# In a network and mount namespace of its own: the servers of this machine are neither changed nor asked.
install unshare --net --mount true
unshare --net --mount bash inside > seen 2>log6
names=("" BIND Knot NSD PowerDNS YADIFA)
line() { same "${names[$1]}" "$(sed -n "$1p" seen)" "$2"; }
line 1 "30 tc musl 30 glibc 60"
for server in 2 3 4; do line $server "0 tc musl 0 glibc 60"; done
line 5 "60 musl 30 glibc 60"
