#!/bin/bash
# jc 1.22.5 turns the text of dig 9.18.49 into JSON (packages of Debian 12), and some answers into others. A TXT record of two texts loses
# its first and its last quote, and a HINFO record too. With +ttlunits, a TTL of 5400 seconds, "1h30m", is the number 130. With +nocl the
# class is "TXT" and the type is the first text.
# Seen:  "a" "b c": a" "b c; +ttlunits: 130; +nocl: class TXT, type "a", data b c
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
  jc=1.22.5-1 python3-ruamel.yaml=0.17.21-1 python3-ruamel.yaml.clib python3-xmltodict python3-pygments
printf '%s\n' '$TTL 5400' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'one TXT "a"' 'two TXT "a" "b c"' \
  'host HINFO "amd64" "Debian 12"' > example.zone
printf '%s\n' "options { directory \"$work\"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;" \
  'pid-file none; session-keyfile none; }; controls { };' "zone \"a.example\" { type master; file \"$work/example.zone\"; };" > named.conf
named -g -c named.conf >log 2>&1 & pids+=($!)
ask() { dig @127.0.0.1 -p $port +norecurse +nocookie "$@"; }
eventually eval '[ "$(ask +time=1 +short ns.a.example A)" = 192.0.2.1 ]'
json() { PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 root/usr/bin/jc --dig; }
first() { ask "$@" | json | /usr/bin/python3 -c 'import json, sys
for answer in json.load(sys.stdin)[0]["answer"][:1]: print(answer["class"], answer["type"], answer["ttl"], answer["data"])'; }
same "one text" "$(first one.a.example TXT)" "IN TXT 5400 a"
same "two texts" "$(first two.a.example TXT)" 'IN TXT 5400 a" "b c'
same "HINFO" "$(first host.a.example HINFO)" 'IN HINFO 5400 amd64" "Debian 12'
same "dig +ttlunits" "$(ask +noall +answer +ttlunits one.a.example TXT | awk '{print $2}')" 1h30m
same "+ttlunits" "$(first +ttlunits one.a.example TXT)" "IN TXT 130 a"
same "+nocl" "$(first +noall +answer +nocl two.a.example TXT)" 'TXT "a" 5400 b c'
