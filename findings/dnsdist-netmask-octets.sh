#!/bin/bash
# setACL({"10.0.0.0/255.0.0.0"}): dnsdist 1.7.3 (Debian 12) takes the network, says that the configuration is OK, and means the one address
# 10.0.0.0. Everybody else is refused. It reads the length up to the first character that is not a digit. Knot DNS 3.2.6, NSD 4.6.1 and
# BIND 9.18.49 refuse the notation; iptables is made for it.
# Seen:  dnsdist prints it as 10.0.0.0/255, it has 10.0.0.0 and not 10.5.0.1; errors of knotc, nsd-checkconf and named-checkconf
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian dnsdist=1.7.3-2 libcdb1 libh2o-evloop0.13 libluajit-5.1-2 libsodium23 libfstrm0 liblmdb0 libnghttp2-14 libre2-9 libwslay1 libedit2 \
  libbsd0 libmd0 libprotobuf-c1 libsnmp40 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 \
  libmaxminddb0 libjson-c5 libxml2 libicu72 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 \
  libxdp1 libbpf1 libcap-ng0 nsd=4.6.1-1 libevent-2.1-7
network=10.0.0.0/255.0.0.0
cat > dnsdist.conf <<CONF
setACL({"$network"})
addLocal("127.0.0.1:5300")
newServer("127.0.0.1:5301")
networks = newNMG()
networks:addMask("$network")
print("it is " .. newNetmask("$network"):toString())
print("its own " .. tostring(networks:match(newCA("10.0.0.0"))))
print("another " .. tostring(networks:match(newCA("10.5.0.1"))))
CONF
printf 'acl:\n  - id: a\n    address: %s\n    action: transfer\n' $network > knot.conf
printf 'zone:\n  name: example.org\n  zonefile: a\n  provide-xfr: %s NOKEY\n' $network > nsd.conf
echo "acl a { $network; };" > named.conf
dnsdist --check-config -C dnsdist.conf >log 2>&1; status=$?
same "dnsdist" "$(grep -o 'OK' log) $status" "OK 0"
same "it is" "$(sed -n 's/^it is //p' log)" 10.0.0.0/255
same "it has 10.0.0.0" "$(sed -n 's/^its own //p' log)" true
same "it has 10.5.0.1" "$(sed -n 's/^another //p' log)" false
same "Knot" "$(knotc -c knot.conf conf-check 2>&1 | grep -o 'invalid parameter' | uniq)" "invalid parameter"
same "NSD" "$(nsd-checkconf nsd.conf 2>&1 | grep -o 'out of range')" "out of range"
same "BIND" "$(named-checkconf named.conf 2>&1 | grep -o 'expected prefix length')" "expected prefix length"
