#!/bin/bash
# Prometheus 2.42.0 (Debian prometheus 2.42.0+ds-5+deb12u1): "promtool check rules" accepts an alert whose expression is a range vector
# ("up[5m]") or a text, and the server loads it. The rule can never fire: each evaluation fails.
# Seen:  promtool "SUCCESS: 2 rules found", exit 0; the server's API: health "err", "rule result is not a vector or scalar".
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1
cat > rules.yml <<'RULES'
groups:
- name: example
  interval: 1s
  rules:
  - {alert: Range, expr: 'up[5m]'}
  - {alert: Text, expr: '"down"'}
RULES
printf '%s\n' 'rule_files: [rules.yml]' > prometheus.yml
same "promtool" "$(promtool check rules rules.yml | tail -n 2 | xargs)" "SUCCESS: 2 rules found"
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$port >log 2>&1 & pids+=($!)
rules() { curl --silent --fail http://127.0.0.1:$port/api/v1/rules; }
evaluated() { rules | grep -q lastError; }
eventually evaluated
same "the server" "$(rules | grep -o '"lastError":"[^"]*"' | sort -u)" '"lastError":"rule result is not a vector or scalar"'
