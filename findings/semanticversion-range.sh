#!/bin/bash
# RangeParser of SemanticVersion 2.1.0 (NuGet) drops the first of two bounds: ">=1.25.0 <1.33.0" is "<1.33.0", and has 1.24.0. The
# same two bounds the other way round are ">=1.25.0". "<1.0.0 || >=2.0.0 <3.0.0" has every version. One bound, and two with || between
# them, are right. Semver 3.0.0 (NuGet) and semver 7.7.3 (npm) say what both bounds say.
# Seen:  of 0.5.0 1.24.0 1.27.3 1.34.0 2.5.0 3.5.0, in >=1.25.0 <1.33.0: 0.5.0 1.24.0 1.27.3 for SemanticVersion, 1.27.3 for the others
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent semver@7.7.3
printf '%s\n' '>=1.25.0' '<1.0.0 || >=2.0.0' '>=1.25.0 <1.33.0' '<1.33.0 >=1.25.0' '<1.0.0 || >=2.0.0 <3.0.0' > ranges
cat > app.cs <<'CODE'
#:package SemanticVersion@2.1.0
#:package Semver@3.0.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var parser = new SemVersion.Parser.RangeParser();
foreach (var range in File.ReadLines("ranges"))
{
    var (one, two) = (parser.Evaluate(range), Semver.SemVersionRange.Parse(range));
    var versions = "0.5.0 1.24.0 1.27.3 1.34.0 2.5.0 3.5.0".Split(' ');
    Console.WriteLine(string.Join(" ", versions.Where(version => one(SemVersion.SemanticVersion.Parse(version)))));
    Console.WriteLine(string.Join(" ", versions.Where(version => two.Contains(Semver.SemVersion.Parse(version)))));
}
CODE
cat > in.cjs <<'CODE'
const semver = require("semver"), versions = "0.5.0 1.24.0 1.27.3 1.34.0 2.5.0 3.5.0".split(" ");
console.log(versions.filter(version => semver.satisfies(version, process.argv[2])).join(" "));
CODE
install dotnet build app.cs -v quiet; dotnet run --no-build app.cs > seen; line=0
three() { range=$(sed -n "$((line / 2 + 1))p" ranges); same "$range, SemanticVersion" "$(sed -n "$((line + 1))p" seen)" "$1"
  same "  Semver" "$(sed -n "$((line + 2))p" seen)" "$2"; same "  npm" "$(node in.cjs "$range")" "$2"; line=$((line + 2)); }
three "1.27.3 1.34.0 2.5.0 3.5.0" "1.27.3 1.34.0 2.5.0 3.5.0"
three "0.5.0 2.5.0 3.5.0" "0.5.0 2.5.0 3.5.0"
three "0.5.0 1.24.0 1.27.3" "1.27.3"
three "1.27.3 1.34.0 2.5.0 3.5.0" "1.27.3"
three "0.5.0 1.24.0 1.27.3 1.34.0 2.5.0 3.5.0" "0.5.0 2.5.0"
