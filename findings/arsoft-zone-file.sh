#!/bin/bash
# Zone.ParseMasterFile of ARSoft.Tools.Net 3.6.1 (NuGet) reads "a\.b" as two labels, although DomainName.Parse has the
# escape and the library writes it, and a record without a TTL has that of the record before it, not $TTL. BIND 9.18.49 (Debian
# bind9-utils 1:9.18.49-1~deb12u3) keeps one label and takes $TTL. So an e-mail address in an SOA, first\.last, becomes another name.
# Seen:  first\.last.example.org. and TTL 300 by BIND, first.last.example.org. and TTL 30 by ARSoft
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72
cat > zone <<'ZONE'
$TTL 300
@ IN SOA ns first\.last 1 3600 600 86400 60
@ IN NS ns
ns 30 IN A 192.0.2.1
next IN A 192.0.2.2
ZONE
cat > app.cs <<'CODE'
#:package ARSoft.Tools.Net@3.6.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using ARSoft.Tools.Net; using ARSoft.Tools.Net.Dns;
var zone = Zone.ParseMasterFile(DomainName.Parse("example.org"), "zone");
var soa = zone.OfType<SoaRecord>().Single();
Console.WriteLine($"{soa.ResponsibleName} {zone.Single(record => record.Name.ToString() == "next.example.org.").TimeToLive}");
Console.WriteLine(DomainName.Parse(@"first\.last.example.org"));
CODE
dotnet_app > arsoft
named-compilezone -q -o bind example.org zone || { echo "cannot install: named-compilezone"; exit 2; }
same "BIND" "$(awk '$4 == "SOA" {name = $6} $1 ~ /^next/ {print name, $2}' bind)" 'first\.last.example.org. 300'
same "ARSoft, zone file" "$(sed -n 1p arsoft)" "first.last.example.org. 30"
same "ARSoft, DomainName.Parse" "$(sed -n 2p arsoft)" 'first\.last.example.org.'
