#!/bin/bash
# resolv.conf, and what each reader takes of it: glibc 2.36 (getent), musl 1.2.3, Go (amtool 0.25.0), c-ares 1.18.1, dnspython 2.3.0, dig
# 9.18.49 with +search (packages of Debian 12). Of a search list of 312 characters, musl has no domain and dig not the last one; a pod may
# have 2048 characters. A fourth name server is one for c-ares and dnspython alone. With blanks in front of "search", glibc and musl
# do not see the line. With CR LF at the ends of the lines, glibc has no server and dig refuses the file. "search ." before a domain ends
# the search with an error in musl and c-ares, and "a.example,b.example" are two domains for c-ares.
# Seen:  in the order glibc, musl, Go, c-ares, dnspython, dig: 312 characters: yes no yes yes yes no; fourth server: no no no yes yes no;
#        blanks: no no yes yes yes yes; CR LF: no yes yes yes yes no; "search .": yes no yes no yes yes; comma: no no no yes no no
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian musl-dev=1.2.3-1 tcc libtcc-dev prometheus-alertmanager=0.25.0-1+b4 python3-dnspython=2.3.0-1+deb12u1 python3-pycares=4.3.0-2 \
  libc-ares2=1.18.1-3 python3-cffi-backend=1.15.1-5+b1 libffi8 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
cat > find.c <<'CODE'
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
int main(int count, char **words) {
  struct addrinfo hints = {0}, *all;
  hints.ai_family = AF_INET; hints.ai_socktype = SOCK_STREAM;
  if (count < 2 || getaddrinfo(words[1], 0, &hints, &all)) return 0;
  puts(inet_ntoa(((struct sockaddr_in *)all->ai_addr)->sin_addr));
  return 0;
}
CODE
musl=root/usr/lib/$(uname -m)-linux-musl; tcc=$LD_LIBRARY_PATH/tcc
install tcc -B"$tcc" -static -nostdlib -nostdinc -Iroot/usr/include/"$(uname -m)"-linux-musl -I"$tcc/include" -o find \
  "$musl/crt1.o" "$musl/crti.o" find.c "$musl/libc.a" "$musl/crtn.o"
cat > ares.py <<'CODE'
import pycares, select, socket, sys
channel, answers = pycares.Channel(timeout=2, tries=2), []
channel.gethostbyname(sys.argv[1], socket.AF_INET, lambda answer, error: answers.append(answer.addresses[0] if answer else "none"))
while not answers:
    read, write = channel.getsock()
    readable, writable, _ = select.select(read, write, [], channel.timeout())
    for one in readable or [pycares.ARES_SOCKET_BAD]: channel.process_fd(one, pycares.ARES_SOCKET_BAD)
    for one in writable: channel.process_fd(pycares.ARES_SOCKET_BAD, one)
print(answers[0])
CODE
cat > names.py <<'CODE'
import dns.resolver, sys
print(dns.resolver.resolve(sys.argv[1], "A", search=True)[0])
CODE
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 127.0.0.1' 'host A 127.0.0.9' > b.zone
printf '%s\n' '$TTL 60' '. SOA ns.b.example. hostmaster.b.example. 1 3600 600 86400 60' '. NS ns.b.example.' > root.zone; mkdir knot
printf '%s\n' server: "  rundir: $work/knot" '  listen: 127.0.0.1@53' database: "  storage: $work/knot" zone: '  - domain: b.example' \
  "    file: $work/b.zone" '  - domain: .' "    file: $work/root.zone" > knot.conf
cat > readers <<'SH'
ip link set lo up && ip address add 192.0.2.99/32 dev lo && mount --bind resolv.conf /etc/resolv.conf || exit 2
knotd -c knot.conf >log 2>&1 & server=$!
serves() { python -c 'import dns.message, dns.query
dns.query.udp(dns.message.make_query("ns.b.example", "A"), "127.0.0.1", timeout=1)' >log2 2>&1; }
python() { PYTHONPATH=root/usr/lib/python3/dist-packages timeout 20 /usr/bin/python3 "$@"; }
for _ in $(seq 50); do serves && break; sleep 0.1; done
{ env -u LD_LIBRARY_PATH timeout 20 getent ahostsv4 "$1" | grep -c '127.0.0.9 *STREAM'; timeout 20 ./find "$1" | grep -c 127.0.0.9
  GODEBUG=netdns=go timeout 20 amtool --timeout=4s --alertmanager.url="http://$1:1" alert 2>&1 | grep -c 'dial tcp 127.0.0.9:1'
  python ares.py "$1" | grep -c 127.0.0.9; python names.py "$1" | grep -c 127.0.0.9
  timeout 20 dig +search +short +time=1 +tries=1 "$1" A | grep -c 127.0.0.9; } 2>/dev/null | sed 's/0/no/; s/[1-9]/yes/' | xargs
kill $server; wait $server
exit 0
SH
# In a network and mount namespace of its own: the servers of this machine are neither changed nor asked.
through() { printf '%b' "$2" > resolv.conf; unshare --net --mount bash readers "$3" > read 2>log3 ||
    { echo "cannot install: unshare --net --mount"; tail -n 3 log3; exit 2; }
  same "$1" "$(cat read)" "$4"; }
one='nameserver 127.0.0.1\n'; long=$(for n in 1 2 3 4 5 6 7 8; do echo -n "namespace-number-$n.svc.cluster.example "; done)
through "one domain" "${one}search b.example\n" host "yes yes yes yes yes yes"
through "${#long} characters before it" "${one}search ${long}b.example\n" host "yes no yes yes yes no"
servers='nameserver 127.0.0.2\nnameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n'
through "fourth server" "$servers" host.b.example "no no no yes yes no"
through "blanks in front" "$one search b.example\n" host "no no yes yes yes yes"
through "CR LF" 'nameserver 127.0.0.1\r\nsearch b.example\r\n' host "no yes yes yes yes no"
through "a dot before it" "${one}search . b.example\n" host "yes no yes no yes yes"
through "a comma" "${one}search a.example,b.example\n" host "no no no yes no no"
