#!/bin/bash
# A zone transfer that the server refuses: dig 9.18.49 (Debian bind9-dnsutils 1:9.18.49-1~deb12u3) writes "; Transfer failed." and exits 0;
# drill of ldns 1.8.3 writes "AXFR failed." and exits 0. kdig of Knot DNS 3.2.6 exits 1. So "dig ... AXFR > backup && ..." goes on.
# Seen:  dig 0, drill 0, kdig 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian knot=3.2.6-1 knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 \
  libxdp1 libbpf1 libcap-ng0 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 \
  libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 libpcap0.8
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$port
database:
  storage: $work/knot
zone:
  - domain: example.org
    file: $work/zone
CONF
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
mkdir -p knot; knotd -c knot.conf >log 2>&1 & pids+=($!)
eventually eval 'dig +short +time=1 +tries=1 @127.0.0.1 -p $port ns.example.org A | grep -q 192.0.2.1'
same "dig" "$(dig @127.0.0.1 -p $port example.org AXFR | grep -o 'Transfer failed.'; echo "exit ${PIPESTATUS[0]}")" "Transfer failed.
exit 0"
same "drill" "$(drill -p $port example.org @127.0.0.1 AXFR 2>&1 | grep -o 'AXFR failed.'; echo "exit ${PIPESTATUS[0]}")" "AXFR failed.
exit 0"
same "kdig" "$(kdig @127.0.0.1 -p $port example.org AXFR >log2 2>&1; echo "exit $?")" "exit 1"
