#!/bin/bash
# HAProxy 2.6.12 takes servers from SRV records (Debian 12). Its weight is the SRV weight divided by 256, plus one, so 10, 90 and 200 share
# the requests evenly, and weight 0 gets none. The priority is not looked at: a spare of priority 5 works at once, and with the weight
# 65535 it gets 256 of 257 requests or all, where RFC 2782 has it wait for the server of priority 0 to be gone. Server: BIND 9.18.49.
# Seen:  weights 10, 90, 200, 0: 10, 10, 10 and no requests of 30; priority 0 weight 100 beside priority 5 weight 65535: weights 1 and 256
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
  haproxy=2.6.12-1+deb12u4 libpcre2-8-0 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
to=$((port + 9))
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' \
  "_even._tcp SRV 0 10 $to one" "_even._tcp SRV 0 90 $to two" \
  "_even._tcp SRV 0 200 $to three" "_even._tcp SRV 0 0 $to four" "_spare._tcp SRV 0 100 $to one" "_spare._tcp SRV 5 65535 $to two" \
  'one A 127.0.0.1' 'two A 127.0.0.2' 'three A 127.0.0.3' 'four A 127.0.0.4' > a.zone
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile none; };
controls { };
zone "a.example" { type master; file "$work/a.zone"; };
CONF
cat > haproxy.cfg <<CONF
defaults
  mode http
  balance roundrobin
  timeout connect 5s
  timeout client 5s
  timeout server 5s
resolvers dns
  nameserver bind 127.0.0.1:$port
frontend servers
  bind 127.0.0.1:$to
  bind 127.0.0.2:$to
  bind 127.0.0.3:$to
  bind 127.0.0.4:$to
  http-request return status 200 content-type text/plain lf-string "%[dst]\n"
frontend state
  bind 127.0.0.1:$((port + 3))
  stats enable
  stats uri /
listen even
  bind 127.0.0.1:$((port + 1))
  server-template s 4 _even._tcp.a.example resolvers dns init-addr none
listen spare
  bind 127.0.0.1:$((port + 2))
  server-template s 2 _spare._tcp.a.example resolvers dns init-addr none
CONF
named -g -c named.conf >log 2>&1 & pids+=($!)
eventually eval '[ "$(dig +time=1 +tries=1 +short @127.0.0.1 -p $port ns.a.example)" = 192.0.2.1 ]'
haproxy -f haproxy.cfg -db >log2 2>&1 & pids+=($!)
resolved() { curl --silent --max-time 5 "http://127.0.0.1:$((port + 3))/;csv" | grep -cE '^(even|spare),s[0-9],.*,no check,'; }
eventually eval '[ "$(resolved)" = 6 ]'
weights() { curl --silent --max-time 5 "http://127.0.0.1:$((port + 3))/;csv" |
  awk -F, -v of="$1" '$1 == of && $2 ~ /^s/ {print $19}' | sort -n | xargs; }
count() { curl --silent --max-time 60 "http://127.0.0.1:$1/[1-$2]" | sort | uniq -c | awk '{print $2 ": " $1}' | paste -sd ' '; }
same "weights of 10, 90, 200 and 0" "$(weights even)" "0 1 1 1"
same "30 requests" "$(count $((port + 1)) 30)" "127.0.0.1: 10 127.0.0.2: 10 127.0.0.3: 10"
same "weights of 100 and the spare's 65535" "$(weights spare)" "1 256"
spare=$(count $((port + 2)) 257 | grep -o '127.0.0.2: [0-9]*' | cut -d' ' -f2)
same "the spare answers at least 256 of 257 requests" "$([ "${spare:-0}" -ge 256 ] && echo yes)" yes
