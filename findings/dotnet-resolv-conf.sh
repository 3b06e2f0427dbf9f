#!/bin/bash
# A comment behind an address in /etc/resolv.conf, "nameserver 127.0.0.1 # local": IPInterfaceProperties.DnsAddresses of .NET 10 does not
# have that server, because it takes the last word of the line. With "nameserver A B" it has B, where glibc 2.36 and dnspython 2.3.0
# (Debian 12) take A. DnsSuffix is the last domain of "search", and they try the first one first. So a check of a node's resolvers misses
# the one that its programs use, without an error.
# Seen:  .NET no server, 127.0.0.2, b.example; dnspython 127.0.0.1, 127.0.0.1, a.example; glibc finds host.a.example at 127.0.0.1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 \
  libbsd0 libmd0 libfstrm0 libprotobuf-c1 python3-dnspython=2.3.0-1+deb12u1
cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Net.NetworkInformation;
var properties = NetworkInterface.GetAllNetworkInterfaces()[0].GetIPProperties();
Console.WriteLine($"{string.Join(" ", properties.DnsAddresses)},{properties.DnsSuffix}");
CODE
install dotnet build app.cs -v quiet
printf '%s\n' '$TTL 60' '@ SOA ns admin 1 1 1 1 1' '@ NS ns' 'ns A 127.0.0.1' 'host.a A 192.0.2.1' 'host.b A 192.0.2.2' > zone
printf '%s\n' server: "  rundir: $work" '  listen: 127.0.0.1@53' database: "  storage: $work/knot" zone: '  - domain: example' \
  "    storage: $work" '    file: zone' > knot.conf
cat > readers <<'SH'
mount --bind resolv.conf /etc/resolv.conf && ip link set lo up || exit 2
echo "dotnet $(env -u LD_LIBRARY_PATH dotnet run --no-build app.cs)"
echo "dnspython $(PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'import dns.resolver
resolver = dns.resolver.Resolver()
print(" ".join(resolver.nameservers) + "," + str(resolver.search[0]).rstrip("."))')"
knotd -c knot.conf >log 2>&1 & server=$!
for _ in $(seq 50); do getent hosts ns.example >/dev/null && break; sleep 0.1; done
echo "glibc $(getent hosts host | awk '{ print $1; exit }')"; kill $server; wait $server
exit 0
SH
# In a network and mount namespace of its own: the servers of this machine are neither changed nor asked.
through() { name=$1; printf '%s\n' "$name" 'search a.example b.example' > resolv.conf; unshare --net --mount bash readers > read 2>log2 ||
    { echo "cannot install: unshare --net --mount"; tail -n 3 log2; exit 2; }
  for reader in dotnet dnspython glibc; do shift; same "$name, $reader" "$(sed -n "s/^$reader //p" read)" "$1"; done; }
through "nameserver 127.0.0.1" 127.0.0.1,b.example 127.0.0.1,a.example 192.0.2.1
through "nameserver 127.0.0.1 # local" ,b.example 127.0.0.1,a.example 192.0.2.1
through "nameserver 127.0.0.1 127.0.0.2" 127.0.0.2,b.example 127.0.0.1,a.example 192.0.2.1
