#!/bin/bash
# nftables 1.0.6 (Debian 1.0.6-2+deb12u2): the JSON of "nft --json list map" names a protocol as /etc/protocols does, and gives its number
# where that file is missing, as in an image FROM scratch. The same rule set then has other keys: "tcp" or 6. With -n it is a number both
# times. A program that compares the keys with its own takes each of them for a leftover.
# Seen:  with the file "tcp" and "udp", without it 6 and 17, as JSON numbers; the text output differs in the same way.
set -u
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libxtables12 netbase
cat > rules <<'RULES'
add table ip shop
add chain ip shop web
add map ip shop ways { type ipv4_addr . inet_proto . inet_service : verdict ; }
add element ip shop ways { 192.0.2.1 . tcp . 80 : goto web, 192.0.2.1 . udp . 53 : goto web }
RULES
# In a network and a mount namespace of its own: keys PROTOCOLS-FILE OPTION...
keys() {
  cp "$1" etc/protocols; shift
  unshare --net --mount bash -c 'mount --bind etc /etc && nft -f rules && nft "$@" --json list map ip shop ways' - "$@" |
    grep -oE '"192.0.2.1", [^]]*' | sort | paste -sd'|'
}
: > empty
cp -a /etc etc
same "with the protocols' names" "$(keys root/etc/protocols)" '"192.0.2.1", "tcp", 80|"192.0.2.1", "udp", 53'
same "without them" "$(keys empty)" '"192.0.2.1", 17, 53|"192.0.2.1", 6, 80'
same "with -n and the names" "$(keys root/etc/protocols -n)" '"192.0.2.1", 17, 53|"192.0.2.1", 6, 80'
