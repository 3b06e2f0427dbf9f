#!/bin/bash
# The same commands for nsupdate of BIND 9.18.49 and knsupdate of Knot DNS 3.2.6 (Debian 12), against one server. "TXT v=DKIM1;k=rsa"
# without quotes is the whole text for nsupdate, and for knsupdate the rest is a comment: it publishes "v=DKIM1" and exits 0. After a
# message that the server refuses, nsupdate goes on with the next one and knsupdate stops. A record without a TTL is an error for one, and
# has 3600 for the other. Both exit 0 where the last "send" is missing, and send nothing.
# Seen:  text v=DKIM1;k=rsa and v=DKIM1, exit 0; the second message: sent, exit 2, and not sent, exit 1; TTL: exit 1, 3600; no send: exit 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0
printf '%s\n' '@ 300 SOA ns hostmaster 1 3600 600 86400 60' '@ 300 NS ns' 'ns 300 A 192.0.2.1' > zone
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile none; };
controls { };
zone "example.org" { type master; file "zone"; allow-update { 127.0.0.1; }; };
CONF
named -g -c named.conf >log 2>&1 & pids+=($!)
ask() { dig +time=1 +tries=1 +noall +answer @127.0.0.1 -p $port "$1.$program.example.org" TXT | awk '{ print $2, $5 }'; }
run() { { echo "server 127.0.0.1 $port"; echo "zone example.org"; printf '%s\n' "$@"; } | $program >log2 2>&1; echo "exit $?"; }
program=x; eventually eval 'dig +time=1 +tries=1 @127.0.0.1 -p $port ns.example.org A | grep -q 192.0.2.1'
both() { for program in nsupdate knsupdate; do [ $program = nsupdate ] && seen=$2 || seen=$3
  same "$program, $1" "$($4 $program)" "$seen"; done; }
semicolon() { run "update add a.$1.example.org. 60 TXT v=DKIM1;k=rsa" send; ask a; }
both "semicolon" $'exit 0\n60 "v=DKIM1;k=rsa"' $'exit 0\n60 "v=DKIM1"' semicolon
refused() { run "update add a.example.net. 60 TXT x" send "update add b.$1.example.org. 60 TXT x" send; ask b; }
both "after a refused message" $'exit 2\n60 "x"' "exit 1" refused
ttl() { run "update add c.$1.example.org. TXT x" send; ask c; }
both "no TTL" "exit 1" $'exit 0\n3600 "x"' ttl
unsent() { run "update add d.$1.example.org. 60 TXT x"; ask d; }
both "no send" "exit 0" "exit 0" unsent
