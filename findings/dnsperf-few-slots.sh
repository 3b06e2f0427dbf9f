#!/bin/bash
# dnsperf 2.10.0 (Debian dnsperf 2.10.0-2) against Knot 3.2.6 on the loopback: with one outstanding query (-q 1) it waits 100 ms at times although
# the answer has arrived, so that it shows some hundred queries per second where the server answers tens of thousands with -q 20.
# The latency that it prints for -q 1 is microseconds: rate times latency is far from the one query that is said to be outstanding.
# Seen:  -q 1 20 to 400 queries per second, -q 20 27,000; at least 20 times as many.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian dnsperf=2.10.0-2 libldns3 libnghttp2-14 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 \
  libbpf1 libcap-ng0 libedit2 libbsd0 libmd0
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$port
database:
  storage: $work
control:
  listen: $work/control
zone:
  - domain: example.org
    storage: $work
    file: zone
CONF
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
echo 'ns.example.org A' > queries
knotd -c knot.conf >log 2>&1 & pids+=($!)
eventually knotc -s "$work/control" zone-status example.org
rate() { dnsperf -s 127.0.0.1 -p $port -d queries -l 3 -q "$1" | awk '/Queries per second/ {print int($4)}'; }
one=$(rate 1); twenty=$(rate 20)
echo "-q 1: $one, -q 20: $twenty queries per second"
same "twenty times as many" "$([ "${twenty:-0}" -ge $((20 * ${one:-1})) ] && echo yes || echo no)" yes
