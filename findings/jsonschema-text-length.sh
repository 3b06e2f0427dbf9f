#!/bin/bash
# The length of a text in JSON Schema is its number of code points (RFC 8259). JsonSchema.Net 8.0.5 (NuGet) counts what a reader
# sees as one: CR and LF together are 1, a letter and its combining accent are 1. NJsonSchema 11.6.2 (NuGet) counts them as 2. So a
# text with CR LF can be too short for one and long enough for the other.
# Seen:  {"minLength": 2} on "<CR><LF>" and on "e" with U+0301: JsonSchema.Net refuses both, NJsonSchema accepts both
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package JsonSchema.Net@8.0.5
#:package NJsonSchema@11.6.2
#:property PublishAot=false
#:property ImplicitUsings=enable
const string Schema = """{"type": "string", "minLength": 2}""";
var first = Json.Schema.JsonSchema.FromText(Schema);
var second = await NJsonSchema.JsonSchema.FromJsonAsync(Schema);
foreach (var text in new[] { """ "ab" """, """ "\r\n" """, """ "e\u0301" """ })
{
    using var document = System.Text.Json.JsonDocument.Parse(text);
    Console.WriteLine($"{first.Evaluate(document.RootElement).IsValid} {second.Validate(text).Count == 0}");
}
CODE
dotnet_app > valid
same "ab" "$(sed -n 1p valid)" "True True"
same "CR LF" "$(sed -n 2p valid)" "False True"
same "e and U+0301" "$(sed -n 3p valid)" "False True"
