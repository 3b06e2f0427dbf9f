#!/bin/bash
# An alias among the local data of Unbound 1.17.1: "local-data: www.lab. CNAME host.lab." is answered with the CNAME alone, even where the
# address of host.lab is the next line of the configuration, and glibc 2.36 finds no address. unbound-checkconf has no word for it. The same
# alias in a zone of the type redirect, or in a policy zone, is answered with the address of its target, unless that target is a name of
# the policy zone itself, which is SERVFAIL. dnsmasq 2.90 answers with the alias and the local address behind it (packages of Debian 12).
# Seen:  answer and getent: local data: CNAME, none; redirect: CNAME A, 192.0.2.10; policy zone: CNAME A, 192.0.2.10; its own target:
#        SERVFAIL, none; dnsmasq: CNAME A, 192.0.2.44
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 libpython3.11 libhiredis0.14 dnsmasq-base=2.90-4~deb12u2 \
  libdbus-1-3 libnetfilter-conntrack3 libnfnetlink0 libnftables1 libnftnl11 libjansson4 libmnl0 knot=3.2.6-1 libknot13=3.2.6-1 \
  libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72
soa='@ SOA ns hostmaster 1 3600 600 86400 60'
printf '%s\n' '$TTL 60' "$soa" '@ NS ns' 'ns A 127.0.0.2' 'host A 192.0.2.10' > example.zone
printf '%s\n' '$TTL 60' "$soa" '@ NS ns' 'www.policy.lab CNAME host.example.' 'own.policy.lab CNAME target.policy.lab.' \
  'target.policy.lab A 192.0.2.55' > policy.zone
mkdir knot; printf '%s\n' server: "  rundir: $work/knot" '  listen: 127.0.0.2@53' database: "  storage: $work/knot" zone: \
  '  - domain: example' "    file: $work/example.zone" > knot.conf
cat > unbound.conf <<CONF
server:
  interface: 127.0.0.1
  directory: "$work"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-not-query-localhost: no
  module-config: "respip iterator"
  local-zone: "static.lab." static
  local-data: "www.static.lab. CNAME host.static.lab."
  local-data: "host.static.lab. A 192.0.2.44"
  local-zone: "redirect.lab." redirect
  local-data: "redirect.lab. CNAME host.example."
rpz:
  name: policy.zone
  zonefile: $work/policy.zone
remote-control:
  control-enable: no
stub-zone:
  name: example
  stub-addr: 127.0.0.2
CONF
install unbound-checkconf unbound.conf
echo 'nameserver 127.0.0.1' > first.conf; echo 'nameserver 127.0.0.3' > third.conf
cat > inside <<'SH'
ip link set lo up && ip address add 192.0.2.99/32 dev lo || exit 2
knotd -c knot.conf >log 2>&1 & one=$!
unbound -d -c unbound.conf >log2 2>&1 & two=$!
dnsmasq --keep-in-foreground --conf-file=/dev/null --listen-address=127.0.0.3 --bind-interfaces --no-resolv --no-hosts --pid-file --user= \
  --cname=www.static.lab,host.static.lab --host-record=host.static.lab,192.0.2.44 >log3 2>&1 & three=$!
for server in 1 3; do for _ in $(seq 50); do
  dig +time=1 +tries=1 @127.0.0.$server host.static.lab | grep -q 192.0.2.44 && break; sleep 0.1; done; done
for _ in $(seq 50); do dig +time=1 +tries=1 @127.0.0.1 host.example | grep -q 192.0.2.10 && break; sleep 0.1; done
types() { dig +time=3 +tries=2 @127.0.0."$1" "$2" A | awk '/status: / && !/NOERROR/ {print substr($6, 1, length($6) - 1)}
  $4 ~ /^(CNAME|A)$/ && !/^;/ {print $4}' | xargs; }
line() { mount --bind "$3" /etc/resolv.conf; found=$(env -u LD_LIBRARY_PATH getent ahostsv4 "$2" | awk '{print $1; exit}')
  umount /etc/resolv.conf; echo "$(types "$1" "$2"), ${found:-none}"; }
line 1 www.static.lab first.conf; line 1 www.redirect.lab first.conf; line 1 www.policy.lab first.conf
line 1 own.policy.lab first.conf; line 3 www.static.lab third.conf
kill $one $two $three; wait
SH
# In a network and mount namespace of its own: the servers of this machine are neither changed nor asked.
install unshare --net --mount true
unshare --net --mount bash inside > seen 2>log4
same "Unbound, local data" "$(sed -n 1p seen)" "CNAME, none"
same "Unbound, redirect" "$(sed -n 2p seen)" "CNAME A, 192.0.2.10"
same "Unbound, policy zone" "$(sed -n 3p seen)" "CNAME A, 192.0.2.10"
same "Unbound, policy zone, own target" "$(sed -n 4p seen)" "SERVFAIL, none"
same "dnsmasq" "$(sed -n 5p seen)" "CNAME A, 192.0.2.44"
