#!/bin/bash
# A name with a dot at its end, as one writes it in a cluster to get round the search list: "dns.example.org." matches a certificate for
# dns.example.org by MatchesHostname of .NET 10, and does not match it by openssl 3.0.22 (Debian openssl 3.0.22-1~deb12u2).
# Seen:  without the dot both match; with it .NET True, openssl "does NOT match certificate"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian openssl=3.0.22-1~deb12u2 libssl3=3.0.22-1~deb12u2
cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Security.Cryptography; using System.Security.Cryptography.X509Certificates;
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var request = new CertificateRequest("CN=example", key, HashAlgorithmName.SHA256);
var names = new SubjectAlternativeNameBuilder();
names.AddDnsName("dns.example.org");
request.CertificateExtensions.Add(names.Build());
using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
File.WriteAllText("certificate.pem", certificate.ExportCertificatePem());
Console.WriteLine($"{certificate.MatchesHostname("dns.example.org")} {certificate.MatchesHostname("dns.example.org.")}");
CODE
check() { openssl x509 -in certificate.pem -noout -checkhost "$1" | grep -o 'does.*'; }
same ".NET, without and with the dot" "$(dotnet_app)" "True True"
same "openssl, without the dot" "$(check dns.example.org)" "does match certificate"
same "openssl, with the dot" "$(check dns.example.org.)" "does NOT match certificate"
