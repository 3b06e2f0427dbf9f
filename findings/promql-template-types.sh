#!/bin/bash
# The value in an alert's text is a float64, and Go's templates do not convert it: printf "%d" $value writes %!d(float64=3), and
# "gt $value 5" or "eq $value 0" replaces the whole text by an error. promtool check rules of Prometheus 2.42.0 accepts all three, and so
# does vmalert -dryRun 1.79.5 (packages of Debian 12); the alert fires with the broken text. With %.0f and 5.0 the texts are right.
# Seen:  3 rules found; %!d(float64=3); error calling gt and eq: incompatible types for comparison; with %.0f, 5.0 and 0.0: 3, few, some
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5
cat > rules.yml <<'YAML'
groups:
  - name: texts
    rules:
      - {alert: Whole, expr: zones == 3, annotations: {wrong: '{{ printf "%d" $value }}', right: '{{ printf "%.0f" $value }}'}}
      - {alert: More, expr: zones == 3, annotations: {wrong: '{{ if gt $value 5 }}many{{ else }}few{{ end }}',
          right: '{{ if gt $value 5.0 }}many{{ else }}few{{ end }}'}}
      - {alert: Zero, expr: zones == 3, annotations: {wrong: '{{ if eq $value 0 }}none{{ else }}some{{ end }}',
          right: '{{ if eq $value 0.0 }}none{{ else }}some{{ end }}'}}
YAML
cat > test.yml <<'YAML'
rule_files: [rules.yml]
tests:
  - input_series: [{series: zones, values: 3}]
    alert_rule_test:
      - {eval_time: 0m, alertname: Whole}
      - {eval_time: 0m, alertname: More}
      - {eval_time: 0m, alertname: Zero}
YAML
promtool check rules rules.yml > checked 2>&1; same "check rules" "$? $(grep -o '[0-9]* rules found' checked)" "0 3 rules found"
vmalert -dryRun -rule=rules.yml >log 2>&1; same "vmalert -dryRun" $? 0
promtool test rules test.yml > seen 2>&1 # without expected alerts it prints what it got
alert() { grep -A20 "alertname: $1," seen | grep -o 'Annotations:{.*}' | head -n 1 | grep -oE "$2"; }
same "printf %d" "$(alert Whole 'wrong="[^"]*"')" 'wrong="%!d(float64=3)"'
same "gt \$value 5" "$(alert More 'error calling gt: [a-z ]*')" "error calling gt: incompatible types for comparison"
same "eq \$value 0" "$(alert Zero 'error calling eq: [a-z ]*')" "error calling eq: incompatible types for comparison"
for text in Whole:3 More:few Zero:some; do same "${text%:*}, right" "$(alert ${text%:*} 'right="[^"]*"')" "right=\"${text#*:}\""; done
