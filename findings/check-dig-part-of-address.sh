#!/bin/bash
# check_dig of the monitoring plugins 2.3.3 with "-a 192.0.2.1", the address that the answer must have. The text is looked for anywhere in
# the lines of the answer, so a name that has moved to 192.0.2.15 is still OK, and so is "-a 300", its TTL, and "-a host", its own name.
# Only what is nowhere in the line is a warning. check_dns of the same package compares whole addresses and is critical there (packages of
# Debian 12, with BIND 9.18.49 as server, dig and nslookup).
# Seen:  answer 192.0.2.15: check_dig -a 192.0.2.15, 192.0.2.1, 300, host: OK; 192.0.2.2: WARNING; check_dns -a 192.0.2.1: CRITICAL
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian monitoring-plugins-standard=2.3.3-5+deb12u2 bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.53' 'host A 192.0.2.15' > example.zone
printf '%s\n' "options { directory \"$work\"; listen-on port 53 { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;" \
  'pid-file none; session-keyfile none; }; controls { };' "zone \"a.example\" { type master; file \"$work/example.zone\"; };" > named.conf
# The plugins call /usr/bin/dig and /usr/bin/nslookup, check_dns asks port 53: both are there in a namespace.
cat > inside.sh <<'CODE'
ip link set lo up; mount -t overlay overlay -o "lowerdir=$PWD/root/usr/bin:/usr/bin" /usr/bin || exit
named -g -c named.conf >log 2>&1 & server=$!
for _ in $(seq 100); do dig +time=1 +short @127.0.0.1 host.a.example A 2>&1 | grep -qx 192.0.2.15 && break; sleep 0.1; done
check() { "root/usr/lib/nagios/plugins/$1" "${@:2}" 2>&1 | grep -o 'OK\|WARNING\|CRITICAL' | head -n 1; }
for text in 192.0.2.15 192.0.2.1 300 host 192.0.2.2; do
  echo "check_dig -a $text: $(check check_dig -H 127.0.0.1 -l host.a.example -a $text)"; done
for text in 192.0.2.15 192.0.2.1; do echo "check_dns -a $text: $(check check_dns -s 127.0.0.1 -H host.a.example -a $text)"; done
kill $server
CODE
install unshare --mount --net true
unshare --mount --net bash inside.sh > seen 2>&1
line() { same "$1" "$(grep "^$1: " seen | cut -d: -f2 | tr -d ' ')" "$2"; }
line "check_dig -a 192.0.2.15" OK
for text in 192.0.2.1 300 host; do line "check_dig -a $text" OK; done
line "check_dig -a 192.0.2.2" WARNING
line "check_dns -a 192.0.2.15" OK
line "check_dns -a 192.0.2.1" CRITICAL
