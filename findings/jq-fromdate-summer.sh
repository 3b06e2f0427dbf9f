#!/bin/bash
# jq 1.6 (Debian jq 1.6-2.1+deb12u3): "2024-07-01T12:00:00Z" | fromdate is an hour late where the time zone of the process has summer time,
# although the text is in UTC. In winter, and with TZ=UTC as in a container, it is right. So the age of a pod or a certificate
# that a script counts from a timestamp of Kubernetes differs between a laptop and CI, half of the year.
# Seen:  TZ=Europe/Berlin: July 12:00 becomes 13:00, January stays 12:00; TZ=UTC: July stays 12:00
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian jq=1.6-2.1+deb12u3 libjq1=1.6-2.1+deb12u3 libonig5
again() { TZ=$1 jq -nr --arg time "$2" '$time | fromdate | todate'; }
same "Berlin, July" "$(again Europe/Berlin 2024-07-01T12:00:00Z)" 2024-07-01T13:00:00Z
same "Berlin, January" "$(again Europe/Berlin 2024-01-01T12:00:00Z)" 2024-01-01T12:00:00Z
same "UTC, July" "$(again UTC 2024-07-01T12:00:00Z)" 2024-07-01T12:00:00Z
