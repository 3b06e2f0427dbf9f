#!/bin/bash
# bind_resolver_query_duration_seconds of prometheus-bind-exporter 0.6.1 is a histogram, with buckets and a count of the queries that
# BIND 9.18.49 has sent. Its sum is NaN, always, as BIND does not say it. So the usual mean, rate of the sum by rate of the count, is NaN,
# and with it sum(...) over all servers, in Prometheus 2.42.0 (packages of Debian 12). histogram_quantile has a number.
# Seen:  count 3 or more, sum NaN; the mean NaN; the sum of it and of 1 NaN; a quantile is a number
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus-bind-exporter=0.6.1-1+b1 prometheus=2.42.0+ds-5+deb12u1 bind9=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 \
  bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 \
  libicu72 libedit2 libbsd0 libmd0
printf '%s\n' '$TTL 0' '@ SOA ns hostmaster 1 3600 600 86400 0' '@ NS ns' 'ns A 192.0.2.1' > zone
options() { echo "options { directory \"$work\"; listen-on port $1 { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none;" \
  "session-keyfile none; dnssec-validation no; $2 }; controls { };"; }
{ options $port 'recursion no;'; echo "zone \"example.org\" { type primary; file \"$work/zone\"; };"; } > server.conf
{ options $((port + 1)) ""; echo "statistics-channels { inet 127.0.0.1 port $((port + 2)) allow { any; }; };"
  echo "zone \"example.org\" { type forward; forward only; forwarders { 127.0.0.1 port $port; }; };"; } > resolver.conf
for name in server resolver; do named -g -c $name.conf >log.$name 2>&1 & pids+=($!); done
prometheus-bind-exporter --bind.stats-url=http://127.0.0.1:$((port + 2))/ --bind.pid-file= \
  --web.listen-address=127.0.0.1:$((port + 3)) >log 2>&1 & pids+=($!)
page() { curl --silent --fail http://127.0.0.1:$((port + 3))/metrics; }
ask() { dig +time=2 +tries=1 +short @127.0.0.1 -p $((port + $1)) ns.example.org A; }
for server in 0 1; do eventually eval '[ "$(ask $server)" = 192.0.2.1 ]'; done
for _ in 1 2 3; do ask 1 >/dev/null; done
eventually eval 'page | grep -q "^bind_up 1$"'
printf '%s\n' 'global: {scrape_interval: 1s}' 'scrape_configs:' \
  "- {job_name: bind, static_configs: [{targets: ['127.0.0.1:$((port + 3))']}]}" > prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$((port + 4)) >log2 2>&1 & pids+=($!)
query() { curl --silent --fail --data-urlencode "query=$1" "http://127.0.0.1:$((port + 4))/api/v1/query" | grep -o '"value":\[[^]]*' |
  cut -d'"' -f4; }
name=bind_resolver_query_duration_seconds view='{view="_default"}'
eventually eval '[ "$(query "count_over_time(bind_up[1m]) >= bool 2")" = 1 ]'
same "count, 3 or more" "$(query "${name}_count$view >= bool 3")" 1
same "sum" "$(page | grep "^${name}_sum$view" | cut -d' ' -f2)" NaN
same "the mean" "$(query "${name}_sum$view / ${name}_count$view")" NaN
same "sum of it and 1" "$(query "sum(${name}_sum$view or vector(1))")" NaN
same "a quantile is a number" "$(query "histogram_quantile(0.9, ${name}_bucket$view) < bool 1")" 1
