#!/bin/bash
# "cache-max-ttl: 1h" in unbound.conf. Unbound 1.17.1 (Debian 1.17.1-2+deb12u4) reads the digits and forgets the rest: one second, and
# unbound-checkconf has nothing to say. "90m" is 90 seconds, "1.5h" is 1, and a number above 32 bits loses its upper part. BIND 9.18.49
# reads 1h as 3600, and NSD 4.6.1 refuses a unit (packages of Debian 12). A cache that was to keep names for an hour asks again each
# second.
# Seen:  1h: Unbound 1, BIND 3600, NSD "expected a number"; 90m: 90 and 5400; 1.5h: 1 and an error; 99999999999: 1215752191
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 libprotobuf-c1 libnghttp2-14 libhiredis0.14 \
  bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libjson-c5 \
  libxml2 libicu72 nsd=4.6.1-1
unbound() { printf 'server:\n  directory: ""\n  chroot: ""\n  username: ""\n  cache-max-ttl: %s\n' "$1" > unbound.conf
  unbound-checkconf unbound.conf | grep -o 'no errors'
  unbound-checkconf -o cache-max-ttl unbound.conf; }
bind() { printf 'options { max-cache-ttl %s; };\n' "$1" > named.conf; named-checkconf -p named.conf 2>&1 |
  grep -o '[0-9]*;\|expected ISO 8601 duration' | tr -d ';'; }
nsd() { printf 'zone:\n  name: a\n  zonefile: a\n  min-refresh-time: %s\n' "$1" > nsd.conf; nsd-checkconf nsd.conf 2>&1 |
  grep -o 'expected a number'; }
three() { same "$1, Unbound" "$(unbound "$1" | xargs)" "no errors $2"; same "$1, BIND" "$(bind "$1" | head -n 1)" "$3"
  same "$1, NSD" "$(nsd "$1")" "$4"; }
three 3600 3600 3600 ""
three 1h 1 3600 "expected a number"
three 90m 90 5400 "expected a number"
three 1.5h 1 "expected ISO 8601 duration" "expected a number"
same "99999999999, Unbound" "$(unbound 99999999999 | xargs)" "no errors 1215752191"
