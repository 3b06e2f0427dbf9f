#!/bin/bash
# A ratio without traffic, 0 / 0, is NaN. Prometheus 2.42.0 (Debian 2.42.0+ds-5+deb12u1) keeps it as a value: "or" does not fill it,
# absent() does not see it, sum() and avg() over it are NaN. VictoriaMetrics 1.79.5 (Debian 1.79.5+ds1-2+b5) takes NaN for no value: "or"
# fills it, absent() is 1, sum() and avg() leave it out. So an alert on absent(errors / total) fires at night in one, and an average over
# all servers is lost in the other as long as one of them has no traffic.
# Seen:  0/0 or 5: NaN, 5; absent: nothing, 1; sum and avg of NaN and 4: NaN NaN, 4 4; count: 2, 1; max: 4, 4
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
ratio='(vector(0) / vector(0))'
servers='(label_replace(vector(0) / vector(0), "s", "x", "", "") or label_replace(vector(4), "s", "y", "", ""))'
both() { same "$1, Prometheus" "$(query port "$2")" "$3"; same "$1, VictoriaMetrics" "$(query port+1 "$2")" "$4"; }
both "or" "$ratio or vector(5)" NaN 5
both "absent" "absent($ratio)" nothing 1
both "sum" "sum($servers)" NaN 4
both "avg" "avg($servers)" NaN 4
both "count" "count($servers)" 2 1
both "max" "max($servers)" 4 4
