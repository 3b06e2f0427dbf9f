#!/bin/bash
# "-y name:secret" without an algorithm: dig and nsupdate 9.18.49 and drill of ldns 1.8.3 take hmac-md5, kdig and knsupdate of Knot DNS
# 3.2.6 take hmac-sha256 (packages of Debian 12). So the key of hmac-sha256 that a server has, as keymgr and tsig-keygen make it, works with
# the tools of one project and is BADKEY for those of the others, and a key of hmac-sha512 works with none. With the algorithm in front of
# the name, or behind the secret for drill, each works. Server: BIND.
# Seen:  without an algorithm, in the order dig, drill, kdig, nsupdate, knsupdate: md5: yes yes no yes no; sha256: no no yes no yes;
#        sha512: no from all; with it: yes from all
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 \
  ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1
secret=$(printf 'a text of 32 octets, for a test.' | base64); algorithms="md5 sha256 sha512"
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
{ for algorithm in $algorithms; do echo "key \"$algorithm\" { algorithm hmac-$algorithm; secret \"$secret\"; };"; done; cat <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile none; };
controls { };
zone "a.example" { type primary; file "$work/zone"; allow-transfer { key md5; key sha256; key sha512; };
  update-policy { grant md5 zonesub TXT; grant sha256 zonesub TXT; grant sha512 zonesub TXT; }; };
CONF
} > named.conf
named -g -c named.conf >log 2>&1 & pids+=($!)
eventually eval 'dig +time=1 +tries=1 @127.0.0.1 -p $port a.example SOA | grep -q "status: NOERROR"'
yes() { grep -q "$1" && echo yes || echo no; }
update() { { echo "server 127.0.0.1 $port"; echo 'zone a.example.'; echo "update add t.a.example. 60 TXT x"; echo send; } > update
  "$1" -y "$2" update >log2 2>&1 && echo yes || echo no; }
all() { echo "$(dig @127.0.0.1 -p $port -y "$1" a.example AXFR 2>&1 | yes '192.0.2.1$')" \
  "$(drill -p $port -y "$2" @127.0.0.1 a.example AXFR 2>&1 | yes '192.0.2.1$')" \
  "$(kdig @127.0.0.1 -p $port -y "$1" a.example AXFR 2>&1 | yes '192.0.2.1$')" "$(update nsupdate "$1") $(update knsupdate "$1")"; }
alone() { same "$1 alone" "$(all "$1:$secret" "$1:$secret")" "$2"; }
alone md5 "yes yes no yes no"
alone sha256 "no no yes no yes"
alone sha512 "no no no no no"
for algorithm in $algorithms; do
  seen=$(all "hmac-$algorithm:$algorithm:$secret" "$algorithm:$secret:hmac-$algorithm")
  same "$algorithm with its algorithm" "$seen" "yes yes yes yes yes"
done
