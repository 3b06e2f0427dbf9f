#!/bin/bash
# PromQL takes 'page' and "page" for one text. A matcher of Alertmanager 0.25.0 (Debian prometheus-alertmanager 0.25.0-1+b4) takes single
# quotes as part of the value, so severity='page' never matches; severity==page looks for "=page". "amtool check-config" says SUCCESS.
# Seen:  severity="page" goes to the receiver pager, severity='page' and severity==page go to the default; promtool 2.42 accepts 'page'
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus-alertmanager=0.25.0-1+b4 prometheus=2.42.0+ds-5+deb12u1
receiver() { printf 'route:\n  receiver: default\n  routes:\n  - receiver: pager\n    matchers:\n    - |-\n      %s\n' "$1" > config.yml
  echo 'receivers: [{name: default}, {name: pager}]' >> config.yml
  echo "$(amtool check-config config.yml 2>&1 | grep -o 'SUCCESS\|FAILED.*')," \
    "$(amtool config routes test --config.file=config.yml severity=page 2>/dev/null)"; }
echo "groups: [{name: group, rules: [{record: pages, expr: \"ALERTS{severity='page'}\"}]}]" > rules.yml
same "Prometheus, 'page'" "$(promtool check rules rules.yml 2>&1 | grep -o 'SUCCESS')" SUCCESS
same 'Alertmanager, "page"' "$(receiver 'severity="page"')" "SUCCESS, pager"
same "Alertmanager, 'page'" "$(receiver "severity='page'")" "SUCCESS, default"
same "Alertmanager, ==page" "$(receiver severity==page)" "SUCCESS, default"
