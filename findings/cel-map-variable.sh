#!/bin/bash
# The macros of CEL bind a map's keys: {'a': 1}.map(k, k) is ['a']. In Cel 0.3.3 (NuGet) all, exists and exists_one get the key, map and
# filter get a pair of key and value, so that "k == 'a'" is an error in filter alone. A missing key is an object that prints like a result,
# 1.0/0.0 is not greater than 1.0, and [0, 1].exists(x, 1/x > 0) fails where the specification says true. @bufbuild/cel 0.6.1 (npm) and
# @marcbachmann/cel-js 8.0.0 (npm) follow it in each of these.
# Seen:  map: [{"Key":"a","Value":1}], filter: CelNoSuchOverloadException, exists: True; CelNoSuchField; False; CelDivideByZeroException
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent @bufbuild/cel@0.6.1 @marcbachmann/cel-js@8.0.0
cat > expressions <<'CEL'
{'a': 1}.map(k, k)
{'a': 1}.filter(k, k == 'a')
{'a': 1}.exists(k, k == 'a')
{'a': 1}.b
1.0/0.0 > 1.0
[0, 1].exists(x, 1/x > 0)
CEL
cat > app.cs <<'CODE'
#:package Cel@0.3.3
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Text.Json;
foreach (var expression in File.ReadLines("expressions"))
    try
    {
        var value = new Cel.CelEnvironment([], "").Compile(expression)(new Dictionary<string, object?>());
        Console.WriteLine(value is object[] items ? JsonSerializer.Serialize(items) : value is bool ? value : value!.GetType().Name);
    }
    catch (Exception error)
    {
        Console.WriteLine(error.GetType().Name);
    }
CODE
cat > values.mjs <<'CODE'
import { evaluate } from "@marcbachmann/cel-js"; import { run } from "@bufbuild/cel"; import { readFileSync } from "node:fs";
const text = value => typeof value === "boolean" ? value : JSON.stringify([...value]);
const attempt = action => { try { return text(action()); } catch { return "error"; } };
for (const line of readFileSync("expressions", "utf8").trim().split("\n"))
  console.log(attempt(() => run(line)) + " " + attempt(() => evaluate(line, {})));
CODE
dotnet_app > net; node values.mjs > npm
both() { same "$2" "$(sed -n "$1p" net)" "$3"; same "  npm" "$(sed -n "$1p" npm)" "$4 $4"; }
both 1 map '[{"Key":"a","Value":1}]' '["a"]'
both 2 filter CelNoSuchOverloadException '["a"]'
both 3 exists True true
both 4 "missing key" CelNoSuchField error
both 5 "division by zero" False true
both 6 "error beside true" CelDivideByZeroException true
