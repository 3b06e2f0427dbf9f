#!/bin/bash
# One line that cannot be read in a page of metrics, a label without its closing brace for example. Prometheus 2.42.0 (Debian
# 2.42.0+ds-5+deb12u1) drops the whole page and sets up to 0. VictoriaMetrics 1.79.5 (Debian 1.79.5+ds1-2+b5) leaves the line out, keeps the
# others, and up is 1. So an alert on up sees the fault in one, and one metric is missing without an alert in the other.
# Seen:  up 0 and 1; the metric above the line: nothing and 1; the metric below it: nothing and 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5
mkdir page; printf '%s\n' 'above 1' 'broken{a="b" 1' 'below 1' > page/metrics
python3 -m http.server --bind 127.0.0.1 --directory page $((port + 2)) >log3 2>&1 & pids+=($!)
cat > prometheus.yml <<YAML
scrape_configs: [{job_name: dns, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ['127.0.0.1:$((port + 2))']}]}]
YAML
eventually curl --silent --fail http://127.0.0.1:$((port + 2))/metrics
prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus --web.listen-address=127.0.0.1:$port >log 2>&1 & pids+=($!)
victoria-metrics -promscrape.config=prometheus.yml -storageDataPath=victoria -httpListenAddr=127.0.0.1:$((port + 1)) \
  -search.latencyOffset=0s >log2 2>&1 & pids+=($!)
query() { curl --silent --fail --data-urlencode "query=$2" "http://127.0.0.1:$(($1))/api/v1/query" > answer || return
  grep -q '"result":\[\]' answer && echo nothing || grep -o '"value":\[[^]]*' answer | cut -d'"' -f4; }
for server in port port+1; do eventually eval "query $server up | grep '[01]'"; done
both() { same "$1, Prometheus" "$(query port "$1")" "$2"; same "$1, VictoriaMetrics" "$(query port+1 "$1")" "$3"; }
both up 0 1
both above nothing 1
both below nothing 1
both broken nothing nothing
