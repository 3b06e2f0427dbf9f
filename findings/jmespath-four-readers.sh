#!/bin/bash
# One JMESPath expression, four libraries: jmespath 0.16.0 (npm), python3-jmespath 1.0.1, jp 0.2.1 in Go (Debian) and JmesPath.Net 1.1.0
# (NuGet). A comparison of a port with the text '52' finds all ports, is an error, none, or the port that is a text. max_by of texts is
# null, the last one, the last one, an error. 53 is 53.0, but not in .NET. A null is dropped from a list, but not in .NET. The number of
# an empty text is 0 in JavaScript and null in the others, the text of 1e3 is "1000.0" in Python and .NET.
# Seen:  in the order JavaScript, Python, Go, .NET: all three, error, none, the text; null, b, b, error; true, true, true, false;
#        [], [], [], [null]; 0, null, null, null; 1000, 1000.0, 1000, 1000.0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian python3-jmespath=1.0.1-1 jp=0.2.1+ds1-1+b5
install npm install --silent jmespath@0.16.0
cat > ports.json <<'JSON'
{"ports": [{"name": "a", "port": 53, "tls": null}, {"name": "b", "port": 5353}, {"name": "c", "port": "853"}]}
JSON
cat > search.cjs <<'CODE'
try { console.log(JSON.stringify(require("jmespath").search(require("./ports.json"), process.argv[2]))); } catch { console.log("error"); }
CODE
cat > search.py <<'CODE'
import json, sys, jmespath
try: print(json.dumps(jmespath.search(sys.argv[1], json.load(open("ports.json")))))
except Exception: print("error")
CODE
cat > app.cs <<'CODE'
#:package JmesPath.Net@1.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
try { Console.WriteLine(new DevLab.JmesPath.JmesPath().Transform(File.ReadAllText("ports.json"), args[0])); }
catch (Exception) { Console.WriteLine("error"); }
CODE
install dotnet build app.cs -v quiet
four() { expression=$1; shift
  same "$expression, JavaScript" "$(node search.cjs "$expression")" "$1"
  same "$expression, Python" "$(PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 search.py "$expression" |
    tr -d ' ')" "$2"
  same "$expression, Go" "$( (jp -f ports.json "$expression" 2>/dev/null || echo error) | tr -d ' \n')" "$3"
  same "$expression, .NET" "$(dotnet run --no-build app.cs -- "$expression")" "$4"; }
four 'ports[*].name' '["a","b","c"]' '["a","b","c"]' '["a","b","c"]' '["a","b","c"]'
four "ports[?port>'52'].name" '["a","b","c"]' error '[]' '["c"]'
four 'max_by(ports[:2], &name).name' null '"b"' '"b"' error
four 'ports[0].port == `53.0`' true true true false
four 'ports[].tls' '[]' '[]' '[]' '[null]'
four "to_number('')" 0 null null null
four 'to_string(`1e3`)' '"1000"' '"1000.0"' '"1000"' '"1000.0"'
