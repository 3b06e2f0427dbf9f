#!/bin/bash
# "promtool check metrics" and Prometheus 2.42.0 (Debian) are two readers of one format. promtool accepts "# TYPE requests GAUGE", and the
# target is down for Prometheus. It accepts a series twice, of which Prometheus keeps the first value. It refuses a text without a
# newline at its end and a TYPE line below its sample, and Prometheus scrapes both.
# Seen:  GAUGE: promtool 0, up 0; a series twice: promtool 0, up 1, value 1; no newline, TYPE below: promtool 1, up 1, value 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1
mkdir pages; help='# HELP requests Requests.'; type='# TYPE requests gauge'
printf '%s\n' "$help" "$type" 'requests 1' > pages/plain
printf '%s\n' "$help" '# TYPE requests GAUGE' 'requests 1' > pages/capitals
printf '%s\n' "$help" "$type" 'requests 1' 'requests 2' > pages/twice
printf '%s\n%s\n%s' "$help" "$type" 'requests 1' > pages/newline
printf '%s\n' "$help" 'requests 1' "$type" > pages/below
{ echo 'global: {scrape_interval: 1s, scrape_timeout: 1s}'; echo 'scrape_configs:'
  for page in plain capitals twice newline below; do
    echo "- {job_name: $page, metrics_path: /$page, static_configs: [{targets: ['127.0.0.1:$port']}]}"; done; } > prometheus.yml
python3 -m http.server --bind 127.0.0.1 --directory pages $port >log 2>&1 & pids+=($!)
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
query() { curl --silent --fail --data-urlencode "query=$1" "http://127.0.0.1:$((port + 1))/api/v1/query" | grep -o '"value":\[[^]]*' |
  cut -d'"' -f4; }
eventually eval '[ "$(query "count(up)")" = 5 ]'
page() { promtool check metrics < pages/$1 >/dev/null 2>&1
  echo "promtool $?, up $(query "up{job=\"$1\"}"), $(query "requests{job=\"$1\"}")"; }
same "as it should be" "$(page plain)" "promtool 0, up 1, 1"
same "GAUGE" "$(page capitals)" "promtool 0, up 0, "
same "a series twice" "$(page twice)" "promtool 0, up 1, 1"
same "no newline at the end" "$(page newline)" "promtool 1, up 1, 1"
same "TYPE below" "$(page below)" "promtool 1, up 1, 1"
