#!/bin/bash
# A client subnet with fewer than four octets: "+subnet=10.1/16" is 10.1.0.0/16 for dig 9.18.49 and 10.0.0.0/16 for kdig 3.2.6 (Debian 12),
# which reads 10.1 as 10.0.0.1 and cuts it. "+subnet=0" asks a resolver to send no subnet with dig (0.0.0.0/0), and is the one address
# 0.0.0.0 with kdig. So a test of answers by region asks for another region. With four octets both send the same.
# Seen:  10.1/16: 10.1.0.0/16/0, 10.0.0.0/16/0; 0: 0.0.0.0/0/0, 0.0.0.0/32/0; 10.1.2.3/16: 10.1.0.0/16/0 in both
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 \
  libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 \
  libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1
# Nobody listens there: each prints the question that it would have sent
sent() { "$1" +qr +time=1 "+subnet=$2" @127.0.0.1 -p 9 example.org A 2>&1 | sed -n 's/.*CLIENT-SUBNET: *//p' | sort -u; }
same "10.1/16, dig" "$(sent dig 10.1/16)" 10.1.0.0/16/0
same "10.1/16, kdig" "$(sent kdig 10.1/16)" 10.0.0.0/16/0
same "0, dig" "$(sent dig 0)" 0.0.0.0/0/0
same "0, kdig" "$(sent kdig 0)" 0.0.0.0/32/0
same "10.1.2.3/16" "$(sent dig 10.1.2.3/16) $(sent kdig 10.1.2.3/16)" "10.1.0.0/16/0 10.1.0.0/16/0"
