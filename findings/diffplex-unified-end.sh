#!/bin/bash
# The unified diff of DiffPlex 1.9.0 (NuGet) counts an empty line after the last newline of a text. A line that is added at the end is then
# an empty line that is changed, with one more context line than the file has: "patch" and "git apply" refuse the diff. A diff from an
# empty text makes a file with an empty line too many, and exits 0. A change in the middle applies.
# Seen:  line 31 after 30 lines: patch exit 1, git apply exit 1; "line" from nothing: patch exit 0, 2 lines; line 15 of 30: both exit 0
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
void Write(string name, string before, string after)
{
    string file = name + ".txt";
    File.WriteAllText(file, before);
    File.WriteAllText(name + ".diff", DiffPlex.Renderer.UnidiffRenderer.GenerateUnidiff(before, after, file, file, false));
}
string Lines(IEnumerable<int> numbers) => string.Concat(numbers.Select(number => $"line {number}\n"));
Write("added", Lines(Enumerable.Range(1, 30)), Lines(Enumerable.Range(1, 31)));
Write("middle", Lines(Enumerable.Range(1, 30)), Lines(Enumerable.Range(1, 30).Select(number => number == 15 ? 0 : number)));
Write("new", "", "line\n");
CODE
dotnet_app
patch_file() { cp $1.txt copy; patch --silent copy < $1.diff >log 2>&1; echo "exit $?"; }
git_apply() { git apply --check -p0 $1.diff >log 2>&1; echo "exit $?"; }
same "patch, line added" "$(patch_file added)" "exit 1"
same "git apply, line added" "$(git_apply added)" "exit 1"
same "patch, new text" "$(patch_file new), $(wc -l < copy) lines" "exit 0, 2 lines"
same "patch, line in the middle" "$(patch_file middle)" "exit 0"
same "git apply, line in the middle" "$(git_apply middle)" "exit 0"
