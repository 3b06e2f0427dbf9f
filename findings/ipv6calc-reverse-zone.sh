#!/bin/bash
# The reverse zone of a range, from ipv6calc 1.0.0 (Debian). 10.96.0.0/12, a usual range of service addresses, is 96.10.in-addr.arpa for
# it: one of the sixteen zones that the range has. A /20 is the zone of its first /24, a /25 the name of its first address, and
# fd00:10:96::/110 the zone of its first /112. Each is exit 0, without a message.
# Seen:  10.96.0.0/12, /13 and /16: 96.10.in-addr.arpa.; /20 and /24: 0.96.10.in-addr.arpa.; /25 and 10.96.0.0: 0.0.96.10.in-addr.arpa.;
#        fd00:10:96::/110: as /112
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian ipv6calc=1.0.0-1.1 libgeoip1
four() { ipv6calc --quiet --in ipv4addr --out revipv4 "$1" 2>log; echo "exit $?, $(wc -l < log) messages"; }
six() { ipv6calc --quiet --in ipv6addr --out revnibbles.arpa "$1" 2>log; }
for prefix in /12 /13 /16; do same "10.96.0.0$prefix" "$(four 10.96.0.0$prefix | xargs)" "96.10.in-addr.arpa. exit 0, 0 messages"; done
for prefix in /20 /24; do same "10.96.0.0$prefix" "$(four 10.96.0.0$prefix | head -n 1)" 0.96.10.in-addr.arpa.; done
for prefix in /25 ""; do same "10.96.0.0$prefix" "$(four 10.96.0.0$prefix | head -n 1)" 0.0.96.10.in-addr.arpa.; done
same "fd00:10:96::/108 and /112" "$(( $(six fd00:10:96::/112 | wc -c) - $(six fd00:10:96::/108 | wc -c) )) octets more" "2 octets more"
same "fd00:10:96::/110 is that of /112" "$(six fd00:10:96::/110)" "$(six fd00:10:96::/112)"
