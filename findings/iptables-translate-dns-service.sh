#!/bin/bash
# The rules that kube-proxy writes for a DNS Service with session affinity, through iptables-restore-translate 1.8.9 (Debian 12). The rule
# with "-m recent --set" and DNAT is a comment in the output, so the chain of that pod has no target any more, and the exit code is 0.
# The rule of another pod, "-p udp -m udp -j DNAT --to-destination 10.244.0.3:53", loses its "-p udp", and nft 1.0.6 refuses the whole file:
# "transport protocol mapping is only valid after transport protocol match". With a port to match, "-p udp -m udp --dport 53", it is right.
# Seen:  exit 0; a comment for -m recent; dnat to 10.244.0.3:53 without udp; nft: exit 1; with --dport: udp dport 53, nft: exit 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian iptables=1.8.9-2 libxtables12=1.8.9-2 libip4tc2=1.8.9-2 libip6tc2=1.8.9-2 nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 \
  libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libnetfilter-conntrack3 libnfnetlink0 netbase
export XTABLES_LIBDIR=$LD_LIBRARY_PATH/xtables
rules() { printf '%s\n' '*nat' ':PREROUTING ACCEPT [0:0]' ':KUBE-SVC-DNS - [0:0]' ':KUBE-SEP-A - [0:0]' \
  '-A PREROUTING -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp --dport 53 -j KUBE-SVC-DNS' \
  '-A KUBE-SVC-DNS -m statistic --mode random --probability 0.5 -j KUBE-SEP-A' "-A KUBE-SEP-A $1" COMMIT; }
translate() { rules "$1" > rules; iptables-restore-translate -f rules > translated 2>log; code=$?
  grep KUBE-SEP-A translated | tail -n 1 > last
  install unshare --net true; unshare --net nft --check --file translated >log2 2>&1; checked=$?; }
translate '-p udp -m udp --dport 53 -j DNAT --to-destination 10.244.0.3:53'
same "with a port" "$code $(cat last)" "0 add rule ip nat KUBE-SEP-A udp dport 53 counter dnat to 10.244.0.3:53"
same "  nft" "$checked" 0
translate '-p udp -m udp -j DNAT --to-destination 10.244.0.3:53'
same "without a port" "$code $(cat last)" "0 add rule ip nat KUBE-SEP-A counter dnat to 10.244.0.3:53"
same "  nft" "$checked $(grep -o 'transport protocol mapping is only valid after transport protocol match' log2)" \
  "1 transport protocol mapping is only valid after transport protocol match"
translate '-p udp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m udp -j DNAT --to-destination 10.244.0.2:53'
same "with -m recent" "$code $(cut -c1-27 last)" "0 # -t nat -A KUBE-SEP-A -p u"
same "  nft" "$checked" 0
same "  rules of the chain" "$(grep -c '^add rule ip nat KUBE-SEP-A' translated)" 0
