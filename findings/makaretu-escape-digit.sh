#!/bin/bash
# "\010" is a line end in a text of a zone file, three digits behind a backslash. PresentationReader of Makaretu.Dns 2.0.1 (NuGet) takes a
# fourth digit where one follows: "\0101" is "e" (character 101), and "\0651", an A and a 1, is a FormatException, since 651 is above 255.
# BIND 9.18.49 (Debian bind9-utils) reads a line end and "1", and "A1". Without a digit behind it both read the same.
# Seen:  "\0101": e and "\0101"; "\0651": FormatException and "A1"; "\065x": Ax in both
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
cat > app.cs <<'CODE'
#:package Makaretu.Dns@2.0.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using Makaretu.Dns;
foreach (var text in new[] { "\\0101", "\\0651", "\\065x" })
    try
    {
        var reader = new PresentationReader(new StringReader($"t.example.org. 300 IN TXT \"{text}\"\n"));
        Console.WriteLine(((TXTRecord)reader.ReadResourceRecord()).Strings[0]);
    }
    catch (FormatException) { Console.WriteLine("FormatException"); }
CODE
dotnet_app > net
bind() { printf '%s\n' '@ 300 IN SOA ns h 1 3600 600 86400 60' '@ 300 IN NS ns' 'ns 300 IN A 192.0.2.1' "t 300 IN TXT \"$1\"" > zone
  named-compilezone -q -o - example.org zone | awk '$4 == "TXT" {print $5}'; }
same '"\0101", Makaretu.Dns' "$(sed -n 1p net)" e
same '"\0101", BIND' "$(bind '\0101')" '"\0101"'
same '"\0651", Makaretu.Dns' "$(sed -n 2p net)" FormatException
same '"\0651", BIND' "$(bind '\0651')" '"A1"'
same '"\065x", Makaretu.Dns' "$(sed -n 3p net)" Ax
same '"\065x", BIND' "$(bind '\065x')" '"Ax"'
