#!/bin/bash
# Two name servers; the first does not know the name that the second has. Where the first says NXDOMAIN or has no such record, glibc 2.36,
# Go (amtool 0.25.0), c-ares 1.18.1 and dnspython 2.3.0 stop there. DnsClient 1.8.0 (NuGet) asks the second by default and has its address,
# and HAProxy 2.6.12 takes the address too. Where the first says REFUSED, all go on, except for adns 1.6.0. So one program in a pod finds
# the name, and the one next to it does not. Server: Knot DNS 3.2.6 (packages of Debian 12).
# Seen:  NXDOMAIN, no record: glibc, Go, c-ares, dnspython, adns none, DnsClient and HAProxy 127.0.0.9; REFUSED: adns none, others 127.0.0.9
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

mkdir client; cat > client/client.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="DnsClient" Version="1.8.0" /></ItemGroup>
</Project>
PROJECT
cat > client/Client.cs <<'CODE'
using DnsClient;
var servers = new[] { "127.0.0.1", "127.0.0.2" }.Select(System.Net.IPAddress.Parse).ToArray();
var answers = new LookupClient(servers).Query(args[0], QueryType.A).Answers;
Console.WriteLine(string.Join(" ", answers.ARecords().Select(record => record.Address)));
CODE
install dotnet build client --output built --verbosity quiet
debian knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 \
  libbsd0 libmd0 libfstrm0 libprotobuf-c1 haproxy=2.6.12-1+deb12u4 libpcre2-8-0 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 \
  prometheus-alertmanager=0.25.0-1+b4 python3-dnspython=2.3.0-1+deb12u1 python3-pycares=4.3.0-2 libc-ares2=1.18.1-3 \
  python3-cffi-backend=1.15.1-5+b1 libffi8 adns-tools=1.6.0-2 libadns1=1.6.0-2
common='$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n'
printf "$common" > nxdomain.zone; printf "$common"'host TXT x\n' > nodata.zone; printf "$common"'host A 127.0.0.9\n' > full.zone
knot() { mkdir knot$1; printf '%s\n' server: "  rundir: $work/knot$1" "  listen: 127.0.0.$1@53" database: "  storage: $work/knot$1" zone:
  for zone in $2; do printf '%s\n' "  - domain: ${zone%:*}.example" "    file: $work/${zone#*:}.zone"; done; }
knot 1 "nxdomain:nxdomain nodata:nodata" > knot1.conf; knot 2 "nxdomain:full nodata:full refused:full" > knot2.conf
printf 'nameserver 127.0.0.1\nnameserver 127.0.0.2\n' > resolv.conf
cat > haproxy.cfg <<CONF
defaults
  mode http
  timeout connect 2s
  timeout client 2s
  timeout server 2s
resolvers dns
  nameserver first 127.0.0.1:53
  nameserver second 127.0.0.2:53
frontend state
  bind 127.0.0.1:8080
  stats enable
  stats uri /
backend hosts
$(for zone in nxdomain nodata refused; do echo "  server $zone host.$zone.example:80 resolvers dns init-addr none resolve-prefer ipv4"; done)
CONF
cat > ares.py <<'CODE'
import pycares, select, sys
channel, answers = pycares.Channel(servers=["127.0.0.1", "127.0.0.2"], timeout=2, tries=2), []
channel.query(sys.argv[1], pycares.QUERY_TYPE_A, lambda answer, error: answers.append(answer[0].host if answer else "none"))
while not answers:
    read, write = channel.getsock()
    readable, writable, _ = select.select(read, write, [], channel.timeout())
    for socket in readable or [pycares.ARES_SOCKET_BAD]: channel.process_fd(socket, pycares.ARES_SOCKET_BAD)
    for socket in writable: channel.process_fd(pycares.ARES_SOCKET_BAD, socket)
print(answers[0])
CODE
cat > inside.sh <<'SH'
ip link set lo up && ip address add 192.0.2.99/32 dev lo && mount --bind resolv.conf /etc/resolv.conf || exit 2
knotd -c knot1.conf >log 2>&1 & one=$!
knotd -c knot2.conf >log2 2>&1 & two=$!
plain() { env -u LD_LIBRARY_PATH "$@"; }
python() { PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 "$@"; }
for server in 1 2; do for _ in $(seq 100); do python -c 'import dns.message, dns.query, sys
dns.query.udp(dns.message.make_query("ns.nodata.example", "A"), sys.argv[1], timeout=1)' 127.0.0.$server && break; sleep 0.1; done; done
haproxy -f haproxy.cfg -db >log3 2>&1 & three=$!
state() { plain curl --silent --max-time 2 "http://127.0.0.1:8080/;csv" | awk -F, -v of="$1" '$2 == of {print $18}'; }
for _ in $(seq 100); do [ "$(state refused)" = "no check" ] && break; sleep 0.1; done; sleep 3
for zone in nxdomain nodata refused; do name=host.$zone.example
  echo "$zone glibc: $(plain getent ahostsv4 $name | awk '{print $1; exit}')"
  echo "$zone Go: $(GODEBUG=netdns=go amtool --timeout=2s --alertmanager.url=http://$name:1 alert 2>&1 | grep -o 127.0.0.9 | head -n 1)"
  echo "$zone c-ares: $(python ares.py $name)"
  echo "$zone dnspython: $(python -c 'import dns.resolver, sys
try: print(dns.resolver.resolve(sys.argv[1], "A")[0])
except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer): print("none")' $name)"
  echo "$zone adns: $(LD_LIBRARY_PATH=root/usr/lib adnshost -t a $name 2>/dev/null | grep -o 127.0.0.9)"
  echo "$zone DnsClient: $(plain dotnet built/client.dll $name)"
  echo "$zone HAProxy: $(state $zone | sed 's/no check/127.0.0.9/; s/MAINT (resolution)/none/')"
done
echo "known adns: $(LD_LIBRARY_PATH=root/usr/lib adnshost -t a ns.nodata.example 2>/dev/null | grep -o 127.0.0.1)"
kill $one $two $three; wait
SH
install unshare --mount --net true
unshare --mount --net bash inside.sh > seen 2>log4
line() { found=$(sed -n "s/^$1: //p" seen); same "$1" "${found:-none}" "$2"; }
for zone in nxdomain nodata; do
  for reader in glibc Go c-ares dnspython adns; do line "$zone $reader" none; done
  for reader in DnsClient HAProxy; do line "$zone $reader" 127.0.0.9; done
done
for reader in glibc Go c-ares dnspython DnsClient HAProxy; do line "refused $reader" 127.0.0.9; done
line "refused adns" none; line "known adns" 127.0.0.1
