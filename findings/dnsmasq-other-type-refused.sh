#!/bin/bash
# dnsmasq 2.90 (Debian dnsmasq-base 2.90-4~deb12u2) without upstream servers answers for the names of its configuration. For such a name and
# another type it says REFUSED, where a name server says NOERROR and no record. "local=/example.org/" repairs that for a
# host-record, but a name of address= is then NXDOMAIN for AAAA while its A is there. A resolver may take that for the whole name.
# Seen:  host-record and address=, IPv4: A NOERROR, AAAA REFUSED; with local=: host-record AAAA NOERROR, address= A NOERROR, AAAA NXDOMAIN
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3 libnfnetlink0 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
printf '%s\n' "port=$port" listen-address=127.0.0.1 bind-interfaces no-resolv no-hosts pid-file= user= \
  host-record=host.example.org,192.0.2.1 address=/web.example.org/192.0.2.2 > dnsmasq.conf
status() { dig +time=1 +tries=1 @127.0.0.1 -p $port "$1.example.org" $2 | sed -n 's/.*status: \([A-Z]*\).*/\1/p'; }
dnsmasq --keep-in-foreground --conf-file="$work/dnsmasq.conf" >log 2>&1 & pids+=($!)
eventually eval '[ "$(status host A)" = NOERROR ]'
same "host A" "$(status host A)" NOERROR
same "host AAAA" "$(status host AAAA)" REFUSED
same "host TXT" "$(status host TXT)" REFUSED
same "web A" "$(status web A)" NOERROR
same "web AAAA" "$(status web AAAA)" REFUSED
kill "${pids[@]}"; wait 2>/dev/null; echo local=/example.org/ >> dnsmasq.conf
dnsmasq --keep-in-foreground --conf-file="$work/dnsmasq.conf" >log 2>&1 & pids=($!)
eventually eval '[ "$(status host A)" = NOERROR ]'
same "host AAAA, local" "$(status host AAAA)" NOERROR
same "web A, local" "$(status web A)" NOERROR
same "web AAAA, local" "$(status web AAAA)" NXDOMAIN
same "host TXT, local" "$(status host TXT)" NOERROR
