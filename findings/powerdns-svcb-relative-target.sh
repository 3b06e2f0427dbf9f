#!/bin/bash
# "alias HTTPS 0 web" in the zone file of example.org. PowerDNS 4.7.3 (Debian pdns-server and pdns-backend-bind 4.7.3-2) serves the target
# as "web.", a name under the root, and so it does with the target of an SVCB, NAPTR, KX or LP record; it completes the target of an SRV or
# a CNAME in the same file. named-compilezone of BIND 9.18.49 writes web.example.org. for each of them. No message says so.
# Seen:  HTTPS, SVCB, NAPTR, KX and LP target: PowerDNS web., BIND web.example.org.; SRV and CNAME target: both web.example.org.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0 bind9-utils=1:9.18.49-1~deb12u3 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
cat > zone <<'ZONE'
$ORIGIN example.org.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
web A 192.0.2.2
https HTTPS 0 web
svcb SVCB 1 web
naptr NAPTR 1 2 "u" "x" "" web
kx KX 1 web
lp LP 1 web
srv SRV 0 0 443 web
cname CNAME web
ZONE
echo "zone \"example.org\" { type master; file \"$work/zone\"; };" > zones.conf
echo "launch=bind bind-config=$work/zones.conf local-address=127.0.0.1 local-port=$port socket-dir=$work module-dir=$LD_LIBRARY_PATH/pdns" |
  tr ' ' '\n' > pdns.conf
pdns_server --config-dir="$work" --daemon=no --guardian=no >log 2>&1 & pids+=($!)
named-compilezone -q -o bind example.org zone || { echo "cannot install: named-compilezone"; exit 2; }
powerdns() { dig +time=1 +tries=1 +norecurse +noall +answer @127.0.0.1 -p $port "$1.example.org" "$1" | grep -om 1 'web[a-z.]*'; }
bind() { sed -n "s/^$1\.example.*\(web[a-z.]*\).*/\1/p" bind; }
eventually powerdns cname
for type in https svcb naptr kx lp; do
  same "PowerDNS, $type" "$(powerdns $type)" web.
  same "BIND, $type" "$(bind $type)" web.example.org.
done
for type in srv cname; do
  same "PowerDNS, $type" "$(powerdns $type)" web.example.org.
  same "BIND, $type" "$(bind $type)" web.example.org.
done
