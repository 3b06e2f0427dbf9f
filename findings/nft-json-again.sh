#!/bin/bash
# "nft --json list ruleset" of nftables 1.0.6 (Debian 1.0.6-2+deb12u2), loaded again with "nft --json --file". The comments of a table, a
# chain and a set, "auto-merge" and "flags dynamic" are not in the JSON, so they are gone. A map with a verdict "goto chain" comes before
# that chain, and a map from an address to an address and a port has a type that the reader does not know: nft refuses the whole of it.
# The text of "nft list ruleset" brings all of them back. Rules and their comments are right in both.
# Seen:  same in text and JSON: rules, a set with timeout; lost in JSON: comment of table, chain and set, auto-merge, flags dynamic;
#        refused in JSON: goto in a map, map to ipv4_addr . inet_service
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 \
  libxtables12 netbase
cat > inside <<'SH'
# Loads what is in the file rules, then its listing after a flush, as text or as JSON
nft --file rules || exit 2
nft --stateless list ruleset > first; nft --stateless $1 list ruleset > listing
nft flush ruleset
nft $1 --file listing >refused 2>&1 || { echo refused; exit 0; }
nft --stateless list ruleset > second
diff first second > difference && echo same || { echo -n lost:; sed -n 's/^< *\t*//p' difference | xargs; }
SH
through() { unshare --net bash inside $1 2>log || { echo "cannot install: unshare --net nft"; cat log; exit 2; }; }
both() { printf '%s\n' 'table inet dns {' "$2" '}' > rules
  same "$1, text" "$(through "")" same; same "$1, JSON" "$(through --json)" "$3"; }
install unshare --net true
both "rules" 'chain in { type filter hook input priority 0; udp dport { 53, 853 } counter accept comment "dns"; }' same
both "timeout" 'set s { type ipv4_addr; flags interval,timeout; timeout 1h; }' same
both "comment of the table" 'comment "dns"' "lost:comment dns"
both "comment of a chain" 'chain c { comment "dns"; accept; }' "lost:comment dns"
both "comment of a set" 'set s { type ipv4_addr; comment "dns"; }' "lost:comment dns"
both "auto-merge" 'set s { type inet_service; flags interval; auto-merge; elements = { 53 } }' "lost:auto-merge"
both "flags dynamic" 'set s { type ipv4_addr; size 10; flags dynamic; }' "lost:flags dynamic"
both "goto in a map" 'chain c { accept; }
  map m { type inet_service : verdict; elements = { 53 : goto c } }' refused
both "address and port" 'map m { type ipv4_addr : ipv4_addr . inet_service; elements = { 192.0.2.1 : 10.0.0.1 . 53 } }' refused
