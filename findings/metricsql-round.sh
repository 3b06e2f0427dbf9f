#!/bin/bash
# The same query, the same numbers: VictoriaMetrics 1.79.5 (Debian 1.79.5+ds1-2+b5) rounds halves away from zero, Prometheus 2.42.0 rounds them up;
# and a histogram without the bucket +Inf has a quantile in VictoriaMetrics, where Prometheus says NaN.
# Seen:  round(vector(-2.5)) is -2 in Prometheus and -3 in VictoriaMetrics; the quantile 0.9 of buckets 0.1: 1, 1: 10 is NaN and 0.9.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5
echo '{}' > prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus --web.listen-address=127.0.0.1:$port >log 2>&1 & pids+=($!)
victoria-metrics -storageDataPath=victoria -httpListenAddr=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
query() { curl --silent --fail --data-urlencode "query=$2" "http://127.0.0.1:$(($1))/api/v1/query" | grep -o '"value":\[[^]]*' | cut -d'"' -f4; }
for server in port port+1; do eventually eval '[ "$(query $server "vector(1)")" = 1 ]'; done
same "Prometheus, round" "$(query port 'round(vector(-2.5))')" -2
same "VictoriaMetrics, round" "$(query port+1 'round(vector(-2.5))')" -3
buckets='label_replace(vector(1), "le", "0.1", "", "") or label_replace(vector(10), "le", "1", "", "")'
same "Prometheus, quantile" "$(query port "histogram_quantile(0.9, $buckets)")" NaN
same "VictoriaMetrics, quantile" "$(query port+1 "histogram_quantile(0.9, $buckets)")" 0.9
