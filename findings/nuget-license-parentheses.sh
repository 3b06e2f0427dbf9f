#!/bin/bash
# NuGet.Packaging 7.0.1 (NuGet) parses the license "MIT AND (Apache-2.0 OR 0BSD)" right and writes it without the parentheses. AND binds
# closer than OR, so the text means something else: 0BSD alone is enough. It parses its own text to another tree, and spdx-satisfies 6.0.0
# (npm) says that 0BSD satisfies the second, and not the first. An SBOM that writes what it has parsed states the wrong license.
# Seen:  "MIT AND Apache-2.0 OR 0BSD"; And(MIT, Or(Apache-2.0, 0BSD)) becomes Or(And(MIT, Apache-2.0), 0BSD)
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent spdx-satisfies@6.0.0
cat > app.cs <<'CODE'
#:package NuGet.Packaging@7.0.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using NuGet.Packaging.Licenses;
string Tree(NuGetLicenseExpression expression) => expression is LogicalOperator both
    ? $"{both.LogicalOperatorType}({Tree(both.Left)}, {Tree(both.Right)})"
    : expression.ToString()!;
var parsed = NuGetLicenseExpression.Parse("MIT AND (Apache-2.0 OR 0BSD)");
Console.WriteLine(parsed);
Console.WriteLine(Tree(parsed));
Console.WriteLine(Tree(NuGetLicenseExpression.Parse(parsed.ToString()!)));
CODE
satisfies() { node -e 'console.log(require("spdx-satisfies")(process.argv[1], process.argv.slice(2)))' "$@"; }
dotnet_app > trees
same "written" "$(sed -n 1p trees)" "MIT AND Apache-2.0 OR 0BSD"
same "parsed" "$(sed -n 2p trees)" "And(MIT, Or(Apache-2.0, 0BSD))"
same "parsed again" "$(sed -n 3p trees)" "Or(And(MIT, Apache-2.0), 0BSD)"
same "0BSD alone satisfies the first" "$(satisfies "MIT AND (Apache-2.0 OR 0BSD)" 0BSD)" false
same "0BSD alone satisfies the second" "$(satisfies "$(sed -n 1p trees)" 0BSD)" true
