#!/bin/bash
# dnsperf 2.10.0 (Debian dnsperf 2.10.0-2) against Knot DNS 3.2.6 on the loopback: with one outstanding query (-q 1) it waits up to 100 ms
# although the answer has arrived, so that it shows a rate that says nothing about the server. Its own figures tell: rate times average
# latency is the number of queries that are out at a time. With -q 20 that is near 20, with -q 1 it is near 0.
# Seen:  -q 1: 38 queries per second, latency 40 microseconds, 0.002 queries out; -q 20: 25,100 per second, 700 microseconds, 17.6
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian dnsperf=2.10.0-2 libldns3 libnghttp2-14 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 \
  libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0
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
# Thousandths of a query that are out at a time
out() { dnsperf -s 127.0.0.1 -p $port -d queries -l 3 -q "$1" | awk '/Queries per second/ {rate = $4} /Average Latency/ {latency = $4}
  END {printf "%d", rate * latency * 1000}'; }
one=$(out 1); twenty=$(out 20)
echo "-q 1: 0.$(printf %03d "$one"), -q 20: $((twenty / 1000)) queries out"
same "-q 1, less than a tenth" "$([ "$one" -gt 0 ] && [ "$one" -lt 100 ] && echo yes || echo no)" yes
same "-q 20, more than two" "$([ "$twenty" -gt 2000 ] && echo yes || echo no)" yes
