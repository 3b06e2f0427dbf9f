#!/bin/bash
# DiffPlex 1.9.0 (NuGet) with ignoreWhiteSpace: false finds a blank more at the end of a line, but no difference between "a<CR><LF>b",
# "a<CR>b" and "a<LF>b": it cuts at each of the three and compares what is between them. A manifest with other line ends is "unchanged".
# Seen:  HasDifferences: a blank True, CR LF against LF False, CR against LF False
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package DiffPlex@1.9.0
#:property PublishAot=false
#:property ImplicitUsings=enable
void Compare(string name, string before, string after) =>
    Console.WriteLine($"{name} {DiffPlex.DiffBuilder.InlineDiffBuilder.Diff(before, after, ignoreWhiteSpace: false).HasDifferences}");
Compare("blank", "a \nb", "a\nb");
Compare("crlf", "a\r\nb", "a\nb");
Compare("cr", "a\rb", "a\nb");
CODE
dotnet_app > differences
same "a blank" "$(sed -n 's/^blank //p' differences)" True
same "CR LF against LF" "$(sed -n 's/^crlf //p' differences)" False
same "CR against LF" "$(sed -n 's/^cr //p' differences)" False
