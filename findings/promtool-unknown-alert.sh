#!/bin/bash
# A unit test for an alert that no rule has: "promtool test rules" of Prometheus 2.42.0 (Debian 2.42.0+ds-5+deb12u1) says SUCCESS where the
# test expects that nothing fires. So a test of silence passes whatever the rules do, once the alert has another name.
# Seen:  the alert Down fires: a test of Down without alerts is FAILED, the same test of "down" is SUCCESS
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1
echo 'groups: [{name: group, rules: [{alert: Down, expr: up == 0}]}]' > rules.yml
result() { cat > test.yml <<YAML
rule_files: [rules.yml]
tests:
- interval: 1m
  input_series: [{series: 'up{job="dns"}', values: 0x10}]
  alert_rule_test: [{eval_time: 5m, alertname: $1, exp_alerts: []}]
YAML
  promtool test rules test.yml 2>&1 | grep -o 'SUCCESS\|FAILED'; }
same "Down" "$(result Down)" FAILED
same "down" "$(result down)" SUCCESS
