#!/bin/bash
# DNS names ignore case (RFC 4343). Of two DNS libraries for .NET neither does so everywhere. DnsClient 1.8.0 (NuGet): DnsString "A.example" and
# "a.example" are different, by Equals and by ==. ARSoft.Tools.Net 3.6.1 (NuGet): Equals and the hash codes ignore case, == does not, so that
# a dictionary finds the name and a comparison in the next line does not.
# Seen:  DnsClient False False; ARSoft Equals True, hash codes True, == False, == in the same case True
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package DnsClient@1.8.0
#:package ARSoft.Tools.Net@3.6.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using DnsClient; using ARSoft.Tools.Net;
DnsString upper = DnsString.Parse("A.example"), lower = DnsString.Parse("a.example");
Console.WriteLine($"{upper.Equals(lower)} {upper == lower}");
DomainName first = DomainName.Parse("A.example"), second = DomainName.Parse("a.example"), again = DomainName.Parse("a.example");
Console.WriteLine($"{first.Equals(second)} {first.GetHashCode() == second.GetHashCode()} {first == second} {second == again}");
CODE
same "DnsClient, ARSoft" "$(dotnet_app)" "False False
True True False True"
