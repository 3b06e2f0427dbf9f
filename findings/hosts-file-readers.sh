#!/bin/bash
# One file in the format of /etc/hosts, four readers: glibc 2.36 (getent), musl 1.2.3, which is the libc of small images, dnsmasq 2.90 and
# PowerDNS Recursor 4.8.8 with export-etc-hosts (packages of Debian 12). A name with a capital letter is found by musl only as it is
# spelled. A line that begins with blanks is lost for musl, a name with a dot at its end for both C libraries. "10.1" and "010.0.0.1" are
# lost for glibc and dnsmasq, and are 10.0.0.1 and 8.0.0.1 for musl and the Recursor. Of two lines for one name, the Recursor has the
# first.
# Seen:  in the order glibc, musl, dnsmasq, Recursor: Upper.lab 192.0.2.4, none, 192.0.2.4, 192.0.2.4; blanks 192.0.2.5, none, then found;
#        dot.lab. none, none, 192.0.2.6, 192.0.2.6; 10.1 none, 10.0.0.1, none, 10.0.0.1; two lines both, both, both, the first
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian musl-dev=1.2.3-1 tcc libtcc-dev dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 libnftables1 \
  libnftnl11 libjansson4 libmnl0 pdns-recursor=4.8.8-1+deb12u1 libboost-context1.74.0 libfstrm0 libluajit-5.1-2 libsnmp40 libsodium23 \
  knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 liblmdb0 \
  libprotobuf-c1 libedit2 libbsd0 libmd0 libnghttp2-14
cat > find.c <<'CODE'
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
int main(int count, char **words) {
  struct addrinfo hints = {0}, *all;
  hints.ai_family = AF_INET; hints.ai_socktype = SOCK_STREAM;
  if (count < 2 || getaddrinfo(words[1], 0, &hints, &all)) return 0;
  for (; all; all = all->ai_next) printf("%s ", inet_ntoa(((struct sockaddr_in *)all->ai_addr)->sin_addr));
  return 0;
}
CODE
musl=root/usr/lib/$(uname -m)-linux-musl; tcc=$LD_LIBRARY_PATH/tcc
install tcc -B"$tcc" -static -nostdlib -nostdinc -Iroot/usr/include/"$(uname -m)"-linux-musl -I"$tcc/include" -o find \
  "$musl/crt1.o" "$musl/crti.o" find.c "$musl/libc.a" "$musl/crtn.o"
printf '%s\n' '127.0.0.1 localhost' '192.0.2.1 plain.lab' '192.0.2.2 two.lab' '192.0.2.3 two.lab' '192.0.2.4 Upper.lab' \
  '   192.0.2.5 blanks.lab' '192.0.2.6 dot.lab.' '10.1 short.lab' '010.0.0.1 octal.lab' > hosts
echo 'nameserver 127.0.0.9' > resolv.conf; mkdir recursor # nobody listens there
printf '%s\n' local-address=127.0.0.2 local-port=5300 export-etc-hosts=yes "etc-hosts-file=$work/hosts" "socket-dir=$work/recursor" \
  daemon=no forward-zones=.=127.0.0.9 dnssec=off threads=1 > recursor/recursor.conf
cat > inside.sh <<'CODE'
ip link set lo up; ip address add 192.0.2.99/32 dev lo; mount --bind hosts /etc/hosts && mount --bind resolv.conf /etc/resolv.conf || exit
dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --addn-hosts="$PWD/hosts" --port=5300 --user=root --pid-file \
  --listen-address=127.0.0.1 --bind-interfaces >log 2>&1 & one=$!
pdns_recursor --config-dir=recursor >log2 2>&1 & two=$!
ask() { kdig +short +time=2 +retry=1 @127.0.0."$1" -p 5300 "$2" A 2>/dev/null | grep '^[0-9]'; }
for server in 1 2; do for _ in $(seq 100); do [ "$(ask $server plain.lab)" ] && break; sleep 0.1; done; done
sorted() { local found; found=$(tr ' ' '\n' | grep . | sort -u | xargs); echo -n "${found:-none}"; }
for name in plain two upper Upper blanks dot short octal; do
  echo "$name: $(getent ahostsv4 $name.lab | cut -d' ' -f1 | sorted), $(./find $name.lab | sorted)," \
    "$(ask 1 $name.lab | sorted), $(ask 2 $name.lab | sorted)"; done
kill $one $two
CODE
install unshare --mount --net true
unshare --mount --net bash inside.sh > seen 2>&1
line() { same "$1" "$(grep "^$1: " seen | cut -d: -f2- | cut -c2-)" "$2"; }
line plain "192.0.2.1, 192.0.2.1, 192.0.2.1, 192.0.2.1"
line two "192.0.2.2 192.0.2.3, 192.0.2.2 192.0.2.3, 192.0.2.2 192.0.2.3, 192.0.2.2"
line upper "192.0.2.4, none, 192.0.2.4, 192.0.2.4"
line Upper "192.0.2.4, 192.0.2.4, 192.0.2.4, 192.0.2.4"
line blanks "192.0.2.5, none, 192.0.2.5, 192.0.2.5"
line dot "none, none, 192.0.2.6, 192.0.2.6"
line short "none, 10.0.0.1, none, 10.0.0.1"
line octal "none, 8.0.0.1, none, 8.0.0.1"
