#!/bin/bash
# The relabel action hashmod, which spreads targets over servers: Prometheus 2.42.0 hashes with MD5, VictoriaMetrics 1.79.5 with another
# function (packages of Debian 12). Where one of two shards moves to the other program, with the same rule and the same six targets, three
# targets are scraped twice and one by nobody. No message says so.
# Seen:  modulus 2: Prometheus keeps 0 and has targets 1, 2, 3, 5, 6; VictoriaMetrics keeps 1 and has 1, 5, 6; with 0 it has 2, 3, 4
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5
# The targets are of a net for documentation, and the first scrape is an hour away.
config() { cat <<CONF
global: {scrape_interval: 1h}
scrape_configs:
  - job_name: dns
    static_configs: [{targets: [$(seq -s, -f '"192.0.2.%.0f:9153"' 6)]}]
    relabel_configs:
      - {source_labels: [__address__], modulus: 2, target_label: __tmp_shard, action: hashmod}
      - {source_labels: [__tmp_shard], regex: "$1", action: keep}
CONF
}
config 0 > prometheus.yml; config 1 > victoria.yml; config 0 > victoria0.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus --web.listen-address=127.0.0.1:$port >log 2>&1 & pids+=($!)
for shard in 1:victoria 2:victoria0; do
  victoria-metrics -storageDataPath=${shard#*:} -promscrape.config=${shard#*:}.yml -httpListenAddr=127.0.0.1:$((port + ${shard%:*})) \
    >log${shard%:*} 2>&1 & pids+=($!)
done
targets() { curl --silent --fail "http://127.0.0.1:$((port + $1))/api/v1/targets" |
  grep -o '"instance":"192.0.2.[0-9]*' | grep -o '[0-9]*$' |
  sort -u | xargs; }
for server in 0 1 2; do eventually eval '[ "$(targets $server)" ]'; done
same "Prometheus, shard 0" "$(targets 0)" "1 2 3 5 6"
same "VictoriaMetrics, shard 1" "$(targets 1)" "1 5 6"
same "VictoriaMetrics, shard 0" "$(targets 2)" "2 3 4"
