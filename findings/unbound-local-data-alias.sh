#!/bin/bash
# Unbound 1.17.1 (Debian 1.17.1-2+deb12u4) with a static local-zone: the records of local-data look like those of a zone file, but an alias
# to another of them is answered with the CNAME alone, and "*" is a name like any other. unbound-checkconf has nothing to say. A stub
# resolver follows no CNAME by itself, so it finds no address.
# Seen:  alias A: CNAME; host A: A; x.wild A: NXDOMAIN; *.wild A: A
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
cat > unbound.conf <<CONF
server:
  interface: 127.0.0.1@$port
  directory: "$work"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  module-config: "iterator"
  local-zone: "example.org." static
  local-data: "host.example.org. 300 A 192.0.2.1"
  local-data: "alias.example.org. 300 CNAME host.example.org."
  local-data: "*.wild.example.org. 300 A 192.0.2.2"
remote-control:
  control-enable: no
CONF
same "unbound-checkconf" "$(unbound-checkconf unbound.conf)" "unbound-checkconf: no errors in unbound.conf"
unbound -c unbound.conf >log 2>&1 & pids+=($!)
answer() { dig +time=1 +tries=1 +noall +comments +answer @127.0.0.1 -p $port "$1.example.org" A |
  sed -n 's/.*status: \([A-Z]*\).*/\1/p; s/^[^;].*IN[[:space:]]*\([A-Z]*\)[[:space:]].*/\1/p' | xargs; }
eventually eval '[ "$(answer host)" = "NOERROR A" ]'
same "host" "$(answer host)" "NOERROR A"
same "alias" "$(answer alias)" "NOERROR CNAME"
same "x.wild" "$(answer x.wild)" NXDOMAIN
same "*.wild" "$(answer '*.wild')" "NOERROR A"
