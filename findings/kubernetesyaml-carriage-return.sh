#!/bin/bash
# KubernetesClient 21.0.8 (NuGet): a ConfigMap with "a\r\nb\r\n" goes through KubernetesYaml and comes back with "a\nb\n". It is written as a
# literal block, which in YAML cannot hold a carriage return. KubernetesJson keeps it.
# Seen:  YAML a\nb\n, JSON a\r\nb\r\n
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s; using k8s.Models;
var map = new V1ConfigMap { Data = new Dictionary<string, string> { ["text"] = "a\r\nb\r\n" } };
string Shown(V1ConfigMap back) => back.Data["text"].Replace("\r", "\\r").Replace("\n", "\\n");
Console.WriteLine(Shown(KubernetesYaml.Deserialize<V1ConfigMap>(KubernetesYaml.Serialize(map))));
Console.WriteLine(Shown(KubernetesJson.Deserialize<V1ConfigMap>(KubernetesJson.Serialize(map))));
CODE
same "YAML, then JSON" "$(dotnet_app)" 'a\nb\n
a\r\nb\r\n'
