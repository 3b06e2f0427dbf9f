#!/bin/bash
# IPNetwork2.Parse("10.96.0.10") of IPNetwork2 5.0.1 (NuGet), a cluster's DNS address without a length, is the network 10.0.0.0/8: the
# classes of the time before CIDR. 172.16.0.1 is /16, 192.168.1.1 /24, an IPv6 address /64. So "does this network hold the DNS address"
# is true for 16 million addresses. System.Net.IPNetwork refuses an address alone, Python's ipaddress makes one host of it, as does
# CidrGuess.ClassLess.
# Seen:  10.0.0.0/8, 172.16.0.0/16, 192.168.1.0/24, 2001:db8::/64; ClassLess and Python 10.96.0.10/32; .NET False
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package IPNetwork2@5.0.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Net;
foreach (var text in new[] { "10.96.0.10", "172.16.0.1", "192.168.1.1", "2001:db8::1" })
    Console.WriteLine($"{text}: {(IPNetwork2.TryParse(text, out var network) ? network : "refused")}");
Console.WriteLine($"ClassLess: {IPNetwork2.Parse("10.96.0.10", CidrGuess.ClassLess)}");
Console.WriteLine($".NET: {IPNetwork.TryParse("10.96.0.10", out _)}");
CODE
dotnet_app > read
parsed() { sed -n "s|^$1: ||p" read; }
same 10.96.0.10 "$(parsed 10.96.0.10)" 10.0.0.0/8
same 172.16.0.1 "$(parsed 172.16.0.1)" 172.16.0.0/16
same 192.168.1.1 "$(parsed 192.168.1.1)" 192.168.1.0/24
same 2001:db8::1 "$(parsed 2001:db8::1)" 2001:db8::/64
same "ClassLess" "$(parsed ClassLess)" 10.96.0.10/32
same "System.Net.IPNetwork" "$(parsed .NET)" False
same "Python" "$(python3 -c 'import ipaddress; print(ipaddress.ip_network("10.96.0.10"))')" 10.96.0.10/32
