#!/bin/bash
# aardvark-dns 1.4.0 (Debian 12), the server for the names of containers in Podman, answers with the TTL 86400, one day, though a container
# may get another address when it is started again. It has the new one as soon as its file has it (SIGHUP), and dnsmasq 2.90 in front of it
# goes on with the old one. Names are case-sensitive: WEB.dns.podman is NXDOMAIN where web.dns.podman has an address, so that a resolver
# that mixes the letters of its questions finds nothing. There is no answer over TCP.
# Seen:  TTL 86400; after the change: aardvark-dns 10.89.0.9, through dnsmasq 10.89.0.2; web: NOERROR, WEB: NXDOMAIN; TCP: no answer
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian aardvark-dns=1.4.0-3 dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3 libnfnetlink0 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
mkdir networks
container() { printf '%s\n' 127.0.0.1 "0123456789abcdef $1  web" > networks/net; } # one network, one container and its names
container 10.89.0.2
root/usr/lib/podman/aardvark-dns --config "$work/networks" --port $port run >log 2>&1 & pids+=($!)
dnsmasq --keep-in-foreground --conf-file=/dev/null --port=$((port + 1)) --listen-address=127.0.0.1 --bind-interfaces --no-resolv \
  --no-hosts --pid-file= --user= --server=127.0.0.1#$port >log2 2>&1 & pids+=($!)
ask() { dig +time=1 +tries=1 +noall +answer @127.0.0.1 -p $((port + $1)) "${@:2}" web.dns.podman A; }
for server in 0 1; do eventually eval 'ask $server | grep 10.89.0.2'; done
server=$(cat networks/aardvark.pid); pids+=("$server")
same "TTL" "$(ask 0 | awk '{print $2}')" 86400
same "TCP" "$(ask 0 +tcp | grep -c 10.89)" 0
status() { dig +time=1 +tries=1 @127.0.0.1 -p $port "$1" A | sed -n 's/.*status: \([A-Z]*\).*/\1/p'; }
same "web" "$(status web.dns.podman)" NOERROR
same "WEB" "$(status WEB.dns.podman)" NXDOMAIN
container 10.89.0.9; kill -HUP "$server"
eventually eval 'ask 0 | grep 10.89.0.9'
same "the new address" "$(ask 0 | awk '{print $NF}')" 10.89.0.9
same "through dnsmasq" "$(ask 1 | awk '{print $NF}')" 10.89.0.2
