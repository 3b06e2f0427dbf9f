#!/bin/bash
# NJsonSchema 11.6.2 (NuGet) compares JSON values by their text. "enum": ["1"] accepts the number 1, and "uniqueItems" calls [1, "1"] a
# repetition; for JSON Schema the number and the text are two values. An editor with another validator disagrees on both.
# Seen:  enum accepted; uniqueItems ItemsNotUnique; two objects with their keys in another order are called different.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package NJsonSchema@11.6.2
#:property PublishAot=false
#:property ImplicitUsings=enable
async Task Check(string schema, string value)
{
    var errors = (await NJsonSchema.JsonSchema.FromJsonAsync(schema)).Validate(value);
    Console.WriteLine(errors.Count == 0 ? "accepted" : string.Join(",", errors.Select(error => error.Kind)));
}
await Check("""{"enum": ["1"]}""", "1");
await Check("""{"type": "array", "uniqueItems": true}""", """[1, "1"]""");
await Check("""{"type": "array", "uniqueItems": true}""", """[{"a": 1, "b": 2}, {"b": 2, "a": 1}]""");
CODE
same "enum, uniqueItems, key order" "$(dotnet_app)" "accepted
ItemsNotUnique
accepted"
