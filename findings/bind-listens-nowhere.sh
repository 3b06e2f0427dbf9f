#!/bin/bash
# BIND 9.18.49 (Debian 1:9.18.49-1~deb12u3) listens only at addresses that an interface has. 127.0.10.11 belongs to none, although Linux delivers all
# of 127.0.0.0/8 to the loopback: "listen-on { 127.0.10.11; }" starts a server without a socket for queries. named-checkconf and the log
# are clean, and it says that it runs. Knot 3.2.6 binds the same address and answers.
# Seen:  BIND "running", no error or warning in its log, the connection refused; Knot answers.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.10.11; }; listen-on-v6 { none; }; pid-file none; session-keyfile none; recursion no; };
controls { };
zone "example.org" { type primary; file "zone"; };
CONF
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.10.11@$((port + 1))
database:
  storage: $work
control:
  listen: $work/control
zone:
  - domain: example.org
    storage: $work
    file: zone
CONF
same "named-checkconf" "$(named-checkconf named.conf 2>&1; echo "exit $?")" "exit 0"
named -g -c named.conf >log 2>&1 & pids+=($!)
knotd -c knot.conf >log2 2>&1 & pids+=($!)
eventually grep -q ' running$' log
ask() { dig +short +time=1 +tries=1 @127.0.10.11 -p $1 ns.example.org A | grep -oE '^192.0.2.1|connection refused' | head -n 1; }
eventually eval '[ "$(ask $((port + 1)))" = 192.0.2.1 ]'
same "Knot" "$(ask $((port + 1)))" 192.0.2.1
same "BIND" "$(ask $port)" "connection refused"
same "errors and warnings in BIND's log" "$(grep -v 'built with' log | grep -ciE 'error|warning|could not|127\.0\.10\.11')" 0
