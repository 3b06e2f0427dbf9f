#!/bin/bash
# Knot DNS 3.2.6 (Debian knot 3.2.6-1): an update that the ACL does not allow is answered NOTAUTH with the TSIG error BADKEY, although
# the key is known and the signature right. RFC 8945 keeps BADKEY for a key that the server does not know; a policy says REFUSED.
# So "bad key" in a log of External-DNS or cert-manager may mean "this type is not permitted".
# Seen:  TXT (allowed) exits 0; A (not in update-type), same key: "update failed: NOTAUTH(BADKEY)".
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
secret=$(head -c 32 /dev/urandom | base64)
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$port
database:
  storage: $work
key:
  - id: key
    algorithm: hmac-sha256
    secret: $secret
acl:
  - id: texts
    key: key
    action: update
    update-type: TXT
zone:
  - domain: example.org
    storage: $work
    file: zone
    acl: texts
CONF
echo "key \"key\" { algorithm hmac-sha256; secret \"$secret\"; };" > key
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
knotd -c knot.conf >log 2>&1 & pids+=($!)
eventually dig +short +time=1 +tries=1 @127.0.0.1 -p $port example.org SOA
update() { printf 'server 127.0.0.1 %s\nzone example.org\nupdate add new.example.org. 300 %s\nsend\n' $port "$1" | nsupdate -k key 2>&1 | tail -n 1; }
same "TXT" "$(update 'TXT text')" ""
same "A, the same key" "$(update 'A 192.0.2.2')" "update failed: NOTAUTH(BADKEY)"
