#!/bin/bash
# .NET 10: the zone of a link-local address in a URL is not decoded. RFC 6874 writes the zone 2 as "%252"; Uri keeps it, and
# IPAddress reads it as zone 252. "%2", which the RFC does not allow, gives zone 2. So a probe of [fe80::1%252] names an interface that the
# URL does not mean.
# Seen:  http://[fe80::1%252]/ scope 252, http://[fe80::1%2]/ scope 2
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var zone in new[] { "%252", "%2" })
    Console.WriteLine(System.Net.IPAddress.Parse(new Uri($"http://[fe80::1{zone}]/").DnsSafeHost).ScopeId);
CODE
same "%252, %2" "$(dotnet_app | xargs)" "252 2"
