#!/bin/bash
# KubernetesClient 21.0.8 (NuGet): a negative quantity is written as a tiny fraction of an exa. "-1" becomes "-0.000000000000000001E". The value
# is the same, but the text is not what Kubernetes writes, and a comparison or a patch built from it differs on each run.
# Seen:  -1 -> -0.000000000000000001E, -100m -> -0.0000000000000000001E, while 100m -> 100m and 1.5Gi -> 1536Mi
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
foreach (var text in new[] { "-1", "-100m", "100m", "1.5Gi" })
    Console.WriteLine($"{text} -> {new k8s.Models.ResourceQuantity(text)}");
CODE
same "quantities" "$(dotnet_app)" "-1 -> -0.000000000000000001E
-100m -> -0.0000000000000000001E
100m -> 100m
1.5Gi -> 1536Mi"
