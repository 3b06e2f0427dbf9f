#!/bin/bash
# sum(a) / b, where b has labels: Prometheus 2.42.0 (Debian 2.42.0+ds-5+deb12u1) answers nothing without on() and a group. VictoriaMetrics
# 1.79.5 (Debian 1.79.5+ds1-2+b5) divides by each series of b: one series without labels on the left goes with any series on the right.
# So a rule that has a value in one is empty in the other, and an alert on it never fires.
# Seen:  vector(6) / two series of b (2 and 3): Prometheus nothing, VictoriaMetrics 3 and 2; with on() group_right both say 3 and 2
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
query() { curl --silent --fail --data-urlencode "query=$2" "http://127.0.0.1:$(($1))/api/v1/query" > answer || return
  grep -q '"result":\[\]' answer && echo nothing || grep -o '"value":\[[^]]*' answer | cut -d'"' -f4 | sort | xargs; }
for server in port port+1; do eventually eval '[ "$(query $server "vector(1)")" = 1 ]'; done
b='(label_replace(vector(2), "host", "x", "", "") or label_replace(vector(3), "host", "y", "", ""))'
same "Prometheus" "$(query port "vector(6) / $b")" nothing
same "VictoriaMetrics" "$(query port+1 "vector(6) / $b")" "2 3"
same "Prometheus, on() group_right" "$(query port "vector(6) / on() group_right() $b")" "2 3"
same "VictoriaMetrics, on() group_right" "$(query port+1 "vector(6) / on() group_right() $b")" "2 3"
