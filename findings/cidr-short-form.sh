#!/bin/bash
# "10/8" and "10.1/16", short forms of a network. iptables-translate 1.8.9 (Debian iptables 1.8.9-2) reads 10.0.0.0/8 and 10.1.0.0/16. For
# nft 1.0.6 (Debian nftables 1.0.6-2+deb12u2) a lone number is a whole address, so 10/8 is 0.0.0.0/8, and 10.1/16 is an error.
# System.Net.IPNetwork of .NET 10 reads 10/8 as nft does, and 10.1/16 as the network of 10.0.0.1. No message says so.
# Seen:  10/8: iptables 10.0.0.0/8, nft 0.0.0.0/8, .NET 0.0.0.0/8; 10.1/16: iptables 10.1.0.0/16, nft an error, .NET 10.0.0.0/16
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian iptables=1.8.9-2 libip4tc2 libip6tc2 libxtables12 libnetfilter-conntrack3 libnfnetlink0 \
  nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 libnftnl11 libmnl0 libjansson4 libgmp10 libedit2 libbsd0 libmd0
cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
Console.WriteLine(string.Join(" ", new[] { "10/8", "10.1/16" }.Select(text => System.Net.IPNetwork.Parse(text))));
CODE
iptables() { XTABLES_LIBDIR=$LD_LIBRARY_PATH/xtables iptables-translate -A INPUT -s "$1" -j ACCEPT | grep -oE '[0-9.]+/[0-9]+'; }
# In a network namespace of its own:
netfilter() { unshare --net bash -c 'nft "add table ip t; add chain ip t c; add rule ip t c ip saddr $1" && nft list ruleset' - "$1" 2>&1 |
  grep -oE '[0-9.]+/[0-9]+$|syntax error' | head -n 1; }
same "iptables" "$(iptables 10/8) $(iptables 10.1/16)" "10.0.0.0/8 10.1.0.0/16"
same "nft, 10/8" "$(netfilter 10/8)" 0.0.0.0/8
same "nft, 10.1/16" "$(netfilter 10.1/16)" "syntax error"
same ".NET" "$(dotnet_app)" "0.0.0.0/8 10.0.0.0/16"
