#!/bin/bash
# dnsmasq 2.90 with host-record=host.lab,127.0.0.1 answers for A and refuses AAAA. nginx 1.22.1 asks for both, and throws the address away:
# "host.lab could not be resolved (5: Operation refused)", each request is 502. With "ipv6=off" at its resolver it is 200, and for an
# alias of the same name it is 200 too, as dnsmasq answers there for AAAA with the alias alone. HAProxy 2.6.12 asks for both as well and
# takes the address that it gets (packages of Debian 12).
# Seen:  nginx host.lab 502, alias.lab 200; with ipv6=off both 200; HAProxy host.lab UP
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian dnsmasq-base=2.90-4~deb12u2 libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 libnftables1 libnftnl11 libjansson4 libmnl0 \
  nginx=1.22.1-9+deb12u11 libpcre2-8-0 haproxy=2.6.12-1+deb12u4 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$port --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
  --pid-file --user= --host-record=host.lab,127.0.0.1 --cname=alias.lab,host.lab >log 2>&1 & pids+=($!)
status() { dig +time=1 +tries=1 @127.0.0.1 -p $port "$1" $2 | sed -n 's/.*status: \([A-Z]*\).*/\1/p'; }
eventually eval '[ "$(status host.lab A)" = NOERROR ]'
paths() { for name in client_body proxy fastcgi uwsgi scgi; do printf '%s' "${name}_temp_path $work/$name; "; done; }
configure() { cat > "$1.conf" <<CONF
daemon off; master_process off; pid $work/$1.pid; error_log $work/$1.log; events {}
http {
  access_log off; $(paths)
  resolver 127.0.0.1:$port$3;
  server { listen 127.0.0.1:$2; location / { proxy_pass http://\$arg_name:$((port + 3)); } }
  $4
}
CONF
}
configure both $((port + 1)) "" "server { listen 127.0.0.1:$((port + 3)); return 200; }"
configure four $((port + 2)) " ipv6=off" ""
cat > haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
resolvers dns
  nameserver dnsmasq 127.0.0.1:$port
frontend state
  bind 127.0.0.1:$((port + 4))
  stats enable
  stats uri /
backend hosts
  server host host.lab:$((port + 3)) check resolvers dns init-addr none
CONF
for name in both four; do nginx -p "$work" -c "$work/$name.conf" >log.$name 2>&1 & pids+=($!); done
haproxy -f haproxy.cfg -db >log2 2>&1 & pids+=($!)
code() { curl --silent --max-time 10 --output page --write-out '%{http_code}' "http://127.0.0.1:$((port + $1))/?name=$2"; }
state() { curl --silent --max-time 10 "http://127.0.0.1:$((port + 4))/;csv" | awk -F, '$1 == "hosts" && $2 == "host" {print $18}'; }
same "dnsmasq, A and AAAA" "$(status host.lab A) $(status host.lab AAAA)" "NOERROR REFUSED"
same "dnsmasq, alias, A and AAAA" "$(status alias.lab A) $(status alias.lab AAAA)" "NOERROR NOERROR"
for server in 1 2; do eventually eval '[ "$(code $server alias.lab)" = 200 ]'; done
same "nginx, alias" "$(code 1 alias.lab)" 200
same "nginx, host" "$(code 1 host.lab)" 502
same "  its log" "$(grep -o 'host.lab could not be resolved ([^)]*)' both.log | head -n 1)" \
  "host.lab could not be resolved (5: Operation refused)"
same "nginx with ipv6=off, alias" "$(code 2 alias.lab)" 200
same "nginx with ipv6=off, host" "$(code 2 host.lab)" 200
eventually eval '[ "$(state)" = UP ]'
same "HAProxy, host" "$(state)" UP
