#!/bin/bash
# JsonCompatible() of YamlDotNet 18.1.0 (NuGet) is made to write JSON. The key of a dictionary of numbers has no quotes, and a text with an
# escape character, as a coloured line of a log has it, is written with an escape of YAML, "\e"; so is a bell, "\a". System.Text.Json
# refuses each. Line ends and dates are JSON.
# Seen:  {1: "x"}, {"a": "\e[31m"}, {"a": "\a"}: JsonException; {"a": "a\nb"}, {"a": "2024-01-01T00:00:00.0000000Z"}: JSON
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var serializer = new YamlDotNet.Serialization.SerializerBuilder().JsonCompatible().Build();
void Write(string name, object value)
{
    var text = serializer.Serialize(value).Trim();
    try { using var _ = System.Text.Json.JsonDocument.Parse(text); Console.WriteLine($"{name}: JSON {text}"); }
    catch (System.Text.Json.JsonException) { Console.WriteLine($"{name}: JsonException {text}"); }
}
Dictionary<string, object> Of(object value) => new() { ["a"] = value };
Write("key", new Dictionary<int, string> { [1] = "x" });
Write("escape", Of("\u001b[31m"));
Write("bell", Of("\a"));
Write("lines", Of("a\nb"));
Write("date", Of(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc)));
CODE
dotnet_app > json
seen() { sed -n "s/^$1: //p" json; }
same "a number as key" "$(seen key)" 'JsonException {1: "x"}'
same "escape character" "$(seen escape)" 'JsonException {"a": "\e[31m"}'
same "bell" "$(seen bell)" 'JsonException {"a": "\a"}'
same "two lines" "$(seen lines)" 'JSON {"a": "a\nb"}'
same "DateTime" "$(seen date)" 'JSON {"a": "2024-01-01T00:00:00.0000000Z"}'
