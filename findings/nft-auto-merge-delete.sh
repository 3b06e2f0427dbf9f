#!/bin/bash
# A set with auto-merge: 192.0.2.0/25 is added, then 192.0.2.128/25. nft 1.0.6 (Debian nftables 1.0.6-2+deb12u2) deletes neither of
# them: "element does not exist". It deletes 192.0.2.0/24, which nobody added. Without auto-merge each is deleted as it was added.
# So a program that keeps the elements of a set up to date has to know what nft made of them.
# Seen:  auto-merge: elements 192.0.2.0/24, delete of a /25 an error, delete of the /24 is fine; without: delete of a /25 is fine
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libxtables12
cat > sets <<'RULES'
add table ip t
add set ip t merged { type ipv4_addr; flags interval; auto-merge; }
add set ip t plain { type ipv4_addr; flags interval; }
RULES
# In a network namespace of its own: what the set has after the two additions, and the answer to a deletion.
delete() { unshare --net bash -c 'nft -f sets; for half in 192.0.2.0/25 192.0.2.128/25; do nft "add element ip t $1 { $half }"; done
  nft list set ip t "$1" | sed -n "s/.*elements = //p"; nft "delete element ip t $1 { $2 }" && echo deleted' - "$1" "$2" 2>&1 |
  grep -o '^{.*}\|element does not exist\|^deleted' | xargs; }
same "auto-merge, a half" "$(delete merged 192.0.2.128/25)" "{ 192.0.2.0/24 } element does not exist"
same "auto-merge, the whole" "$(delete merged 192.0.2.0/24)" "{ 192.0.2.0/24 } deleted"
same "plain, a half" "$(delete plain 192.0.2.128/25)" "{ 192.0.2.0/25, 192.0.2.128/25 } deleted"
