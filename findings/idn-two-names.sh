#!/bin/bash
# Two names for one text: dnspython 2.3.0 (Debian 12) turns "straße.example" into strasse.example, the rule of 2003. kdig of Knot DNS 3.2.6,
# dig of BIND 9.18.49 and the IdnMapping of .NET 10 make xn--strae-oqa.example of it. So a script that writes a record with dnspython and a
# program that asks for it mean different names, and neither sees an error. And kdig refuses r1--a.example, a plain name, as does
# dig +idnin, which is on at a terminal; with +noidn and +noidnin they ask for it.
# Seen:  dnspython strasse.example., kdig, dig and .NET xn--strae-oqa.example; r1--a.example: kdig "forbidden two hyphens", dig "not a
#        legal IDNA2008 name"; with +noidn and +noidnin, and in the others, as it is
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 LC_ALL=C.UTF-8

cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
Console.WriteLine(string.Join(" ", new[] { "straße.example", "r1--a.example" }
    .Select(name => new System.Globalization.IdnMapping().GetAscii(name))));
CODE
dotnet_app > mapped
debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  libidn2-0=2.3.3-1+b1 knot-dnsutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 \
  libcap-ng0 python3-dnspython=2.3.0-1+deb12u1
printf '%s\n' "options { directory \"$work\"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;" \
  'querylog yes; pid-file none; session-keyfile none; };' 'controls { };' > named.conf
named -g -c named.conf >log 2>&1 & pids+=($!)
# What the server was asked for, or what the tool says instead.
question() { local lines; lines=$(wc -l < log); "$1" @127.0.0.1 -p $port "$2" "$3" A >said 2>&1; sleep 0.2
  (sed "1,${lines}d" log; cat said) | grep -oE 'query: [^ ]*|not a legal IDNA2008 name|forbidden two hyphens' | sed 's/^query: //' | head -n 1; }
eventually eval '[ "$(question dig +noidnin plain.example)" = plain.example ]'
python() { PYTHONPATH=root/usr/lib/python3/dist-packages /usr/bin/python3 -c 'import dns.name, sys
print(dns.name.from_text(sys.argv[1]))' "$1"; }
same "straße, dnspython" "$(python straße.example)" strasse.example.
same "straße, dig" "$(question dig +idnin straße.example)" xn--strae-oqa.example
same "straße, kdig" "$(question kdig +recurse straße.example)" xn--strae-oqa.example
same "r1--a, dig" "$(question dig +idnin r1--a.example)" "not a legal IDNA2008 name"
same "r1--a, dig +noidnin" "$(question dig +noidnin r1--a.example)" r1--a.example
same "r1--a, dnspython" "$(python r1--a.example)" r1--a.example.
same "r1--a, kdig" "$(question kdig +recurse r1--a.example)" "forbidden two hyphens"
same "r1--a, kdig +noidn" "$(question kdig +noidn r1--a.example)" r1--a.example
same ".NET" "$(cat mapped)" "xn--strae-oqa.example r1--a.example"
