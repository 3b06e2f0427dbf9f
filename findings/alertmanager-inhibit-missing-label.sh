#!/bin/bash
# An inhibition with "equal: [clustr]": one letter is missing, and no alert has the label. For Alertmanager 0.25.0 (Debian
# prometheus-alertmanager 0.25.0-1+b4) two alerts without it are equal, so a critical alert of one cluster silences the warnings of
# every other. "amtool check-config" says SUCCESS. With "equal: [cluster]" the warning of the other cluster is active.
# Seen:  critical in cluster one, warning in cluster two: suppressed with clustr, active with cluster
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus-alertmanager=0.25.0-1+b4
cat > config.yml <<'YAML'
route: {receiver: none}
receivers: [{name: none}]
inhibit_rules: [{source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: [EQUAL]}]
YAML
states() { sed "s/EQUAL/$1/" config.yml > $1.yml
  same "$1, amtool" "$(amtool check-config $1.yml 2>&1 | grep -o 'SUCCESS')" SUCCESS
  # The program reads its templates in /usr/share: it gets them there in a mount namespace of its own.
  unshare --mount sh -c "mount -t overlay none -o lowerdir=$work/root/usr/share:/usr/share /usr/share &&
    exec prometheus-alertmanager --config.file=$1.yml --storage.path=$1 --web.listen-address=127.0.0.1:$port \
    --cluster.listen-address=" >log.$1 2>&1 & pids+=($!)
  url=http://127.0.0.1:$port; port=$((port + 1))
  eventually amtool --alertmanager.url=$url alert add A severity=critical cluster=one
  eventually amtool --alertmanager.url=$url alert add B severity=warning cluster=two
  eventually eval "curl --silent $url/api/v2/alerts | grep -o '\"state\":\"[a-z]*' | grep -v unprocessed | wc -l | grep -q 2"
  curl --silent $url/api/v2/alerts > alerts
  same "$1, warning of the other cluster" "$(python3 -c 'import json
print([alert["status"]["state"] for alert in json.load(open("alerts")) if alert["labels"]["alertname"] == "B"][0])')" $2; }
states clustr suppressed
states cluster active
