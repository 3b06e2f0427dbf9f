#!/bin/bash
# validns 0.8 of Debian 12 (0.8+git20160720-3.2) finds errors in every zone that is signed with ECDSA, the default of dnssec-policy in BIND:
# "error building pkey" for each key and exit 1, though it knows the algorithm. Signed with RSA, the same zone passes. With Ed25519 the
# algorithm is unsupported. dnssec-verify 9.18.49, ldns-verify-zone 1.8.3 and kzonecheck 3.2.6 accept all four. A zone that has a CAA
# record is refused too, signed or not.
# Seen:  exit codes in the order validns, dnssec-verify, ldns-verify-zone, kzonecheck: RSASHA256: 0 0 0 0; ECDSAP256SHA256,
#        ECDSAP384SHA384 and ED25519: 1 0 0 0; CAA, unsigned: validns 1, named-checkzone and kzonecheck 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian validns=0.8+git20160720-3.2 libev4 libjudydebian1 knot-dnssecutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 liburcu8 \
  libzscanner4=3.2.6-1 libxdp1 libbpf1 libcap-ng0 liblmdb0 libedit2 libbsd0 libmd0 ldnsutils=1.8.3-1+b1 libldns3=1.8.3-1+b1 \
  bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 \
  libnghttp2-14 libxml2 libicu72
printf '%s\n' '$TTL 300' '@ IN SOA ns hostmaster 1 3600 600 86400 60' '@ IN NS ns' '@ IN NS ns2' 'ns IN A 192.0.2.1' 'ns2 IN A 192.0.2.2' \
  'www IN A 192.0.2.3' > zone
code() { "$@" >log 2>&1; echo $?; }
signed() { mkdir "$1"; install dnssec-keygen -q -K "$1" -a "$1" ${3:-} -f KSK example.org
  install dnssec-keygen -q -K "$1" -a "$1" ${3:-} example.org
  cat zone "$1"/*.key > "$1/zone"; install dnssec-signzone -K "$1" -o example.org -f "$1/signed" "$1/zone"
  same "$1, validns" "$(code validns -z example.org "$1/signed") $(grep -oE 'error building pkey|unsupported algorithm' log | uniq)" "$2"
  same "  the others" "$(code dnssec-verify -o example.org "$1/signed") $(code ldns-verify-zone "$1/signed") $(
    code kzonecheck -o example.org "$1/signed")" "0 0 0"; }
signed RSASHA256 "0 " "-b 2048"
signed ECDSAP256SHA256 "1 error building pkey"
signed ECDSAP384SHA384 "1 error building pkey"
signed ED25519 "1 unsupported algorithm"
same "unsigned, validns" "$(code validns -z example.org zone)" 0
echo 'www IN CAA 0 issue "ca.example.net"' >> zone
same "CAA, validns" "$(code validns -z example.org zone) $(grep -o 'unsupported rdtype caa' log)" "1 unsupported rdtype caa"
same "  the others" "$(code named-checkzone example.org zone) $(code kzonecheck -o example.org zone)" "0 0"
