#!/bin/bash
# .NET 10 writes an IPv6 address with the interface part 0:5efe (ISATAP) with a dotted quad under any prefix, and the NAT64 prefix
# 64:ff9b::/96 without one. RFC 5952 wants the dotted form for well-known prefixes alone. So the text of one address differs between
# IPAddress.ToString() and Python's ipaddress: compare addresses, not their texts.
# Seen:  2001:db8::5efe:10.0.0.1 and 64:ff9b::a00:1; Python 2001:db8::5efe:a00:1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var text in new[] { "2001:db8::5efe:a00:1", "64:ff9b::10.0.0.1" }) Console.WriteLine(System.Net.IPAddress.Parse(text));
CODE
same ".NET" "$(dotnet_app)" "2001:db8::5efe:10.0.0.1
64:ff9b::a00:1"
same "Python" "$(python3 -c 'import ipaddress; print(ipaddress.ip_address("2001:db8::5efe:10.0.0.1"))')" 2001:db8::5efe:a00:1
