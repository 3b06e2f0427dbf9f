#!/bin/bash
# address=$(dig +short NAME) is not empty where the server is down: dig 9.18.49 writes "communications error" to its standard output, in
# place of the answer, and exits 9. So "is there an address" is yes, and a wait for the server ends before it runs. kdig of Knot DNS 3.2.6
# writes nothing there and exits 1. delv, made to check answers, writes nothing and exits 0 (packages of Debian 12).
# Seen:  nobody listens: dig ";; communications error to 127.0.0.1#...", exit 9; kdig "", exit 1; delv "", exit 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
port=$((20000 + RANDOM % 10000))

debian bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 \
  libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 \
  libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
short() { answer=$("$@" 2>log); echo "exit $?, $(head -n 1 <<<"$answer" | cut -c1-36)"; }
same "dig" "$(short dig +short +time=1 +tries=1 @127.0.0.1 -p $port www.example.org A)" "exit 9, ;; communications error to 127.0.0.1"
same "kdig" "$(short kdig +short +time=1 +retry=0 @127.0.0.1 -p $port www.example.org A)" "exit 1, "
same "delv" "$(short delv +short +noroot @127.0.0.1 -p $port www.example.org A)" "exit 0, "
same "  delv's messages" "$(delv +short +noroot @127.0.0.1 -p $port www.example.org A 2>&1 >/dev/null | grep -o 'resolution failed')" \
  "resolution failed"
