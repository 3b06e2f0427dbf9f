#!/bin/bash
# The image "localhost/dns:1". skopeo 1.9.3 (Debian 1.9.3+ds1-1+b10) asks the registry localhost for it. Testcontainers 4.16.0 (NuGet) finds
# no registry in that name and takes localhost as a part of the repository; with a port or a dot it finds one.
# Seen:  skopeo "pinging container registry localhost"; Registry of localhost/dns:1 is empty, of localhost:5000/dns:1 localhost:5000
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian skopeo=1.9.3+ds1-1+b10 libgpgme11 libassuan0
cat > app.cs <<'CODE'
#:package Testcontainers@4.16.0
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var name in new[] { "localhost/dns:1", "localhost:5000/dns:1", "registry.example/dns:1" })
{
    var image = new DotNet.Testcontainers.Images.DockerImage(name);
    Console.WriteLine($"{image.Registry}|{image.Repository}");
}
CODE
echo '{"default": [{"type": "insecureAcceptAnything"}]}' > policy.json
# In a network namespace of its own, where nothing answers:
asked() { unshare --net skopeo --policy policy.json --command-timeout 10s inspect "docker://$1" 2>&1 |
  grep -o 'pinging container registry [^:]*' | cut -d' ' -f4; }
dotnet_app > images
same "skopeo" "$(asked localhost/dns:1)" localhost
same "Testcontainers" "$(sed -n 1p images)" "|localhost/dns"
same "Testcontainers, a port" "$(sed -n 2p images)" "localhost:5000|dns"
same "Testcontainers, a dot" "$(sed -n 3p images)" "registry.example|dns"
