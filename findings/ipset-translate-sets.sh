#!/bin/bash
# ipset-translate 7.17 turns sets of ipset into commands of nft, and nft 1.0.6 refuses some of them (packages of Debian 12). A range or a
# network in a hash:ip, which is each of its addresses, and a range of ports need "flags interval", which their sets do not get. A list:set
# is a set of the type "unknown". A set with skbinfo becomes a comment, its elements too. Each time ipset-translate exits with 0 and has no
# message.
# Seen:  exit 0 from ipset-translate each time; nft 0: networks, timeout and comment, address with port, skbinfo (a comment alone); nft 1:
#        192.0.2.0/30 in hash:ip, ports 60-70, list:set
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian ipset=7.17-1 libipset13=7.17-1 nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11 libmnl0 libjansson4 libgmp10 \
  libedit2 libbsd0 libmd0 libxtables12 netbase
install unshare --net true
translate() { printf '%s\n' "${@:2}" > sets; ipset-translate restore < sets > translated 2>log; codes="$? $(wc -c < log)"
  unshare --net nft --check --file translated >log2 2>&1; codes="$codes $?"; name=$1; }
# Exit code of ipset-translate, size of its messages, exit code of nft
is() { same "$name" "$codes" "$1"; }
says() { same "  nft" "$(grep -o "$1" log2 | head -n 1)" "$1"; }
translate "networks" 'create a hash:net family inet' 'add a 10.0.0.0/8' 'add a 192.0.2.1'; is "0 0 0"
translate "timeout and comment" 'create a hash:ip timeout 300 comment' 'add a 192.0.2.1 timeout 60 comment "x y"'; is "0 0 0"
translate "address with port" 'create a hash:ip,port' 'add a 192.0.2.1,udp:53'; is "0 0 0"
translate "192.0.2.0/30 in hash:ip" 'create a hash:ip' 'add a 192.0.2.0/30'; is "0 0 1"; says "You must add 'flags interval'"
translate "ports 60-70" 'create a bitmap:port range 1-1024' 'add a 60-70'; is "0 0 1"; says "You must add 'flags interval'"
translate "list:set" 'create a hash:net' 'create l list:set' 'add l a'; is "0 0 1"; says "unknown datatype unknown"
translate "skbinfo" 'create a hash:ip skbinfo' 'add a 192.0.2.1 skbmark 0x1'; is "0 0 0"
same "  what is left of it" "$(grep -v '^#\|^add table' translated | grep -c .)" 0
