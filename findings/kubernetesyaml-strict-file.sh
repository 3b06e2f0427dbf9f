#!/bin/bash
# With "strict: true" KubernetesYaml of KubernetesClient 21.0.8 (NuGet) refuses an unknown field. LoadAllFromString does so, and
# LoadFromFileAsync. LoadAllFromFileAsync and LoadAllFromStreamAsync have the parameter too and load the file, so a check of manifests for
# mistyped fields accepts "replica: 3".
# Seen:  strict: true with "replica: 3": LoadAllFromString YamlException, LoadAllFromFileAsync 1 object, LoadAllFromStreamAsync 1 object
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > deployment.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns}
spec: {replica: 3}
YAML
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s;
async Task Try(string name, Func<Task<List<object>>> load)
{
    try { Console.WriteLine($"{name} {(await load()).Count}"); }
    catch (Exception error) { Console.WriteLine($"{name} {error.GetType().Name}"); }
}
await Try("text", () => Task.FromResult(KubernetesYaml.LoadAllFromString(File.ReadAllText("deployment.yaml"), strict: true)));
await Try("file", () => KubernetesYaml.LoadAllFromFileAsync("deployment.yaml", strict: true));
using var stream = File.OpenRead("deployment.yaml");
await Try("stream", () => KubernetesYaml.LoadAllFromStreamAsync(stream, strict: true));
await Try("one", async () => [await KubernetesYaml.LoadFromFileAsync<k8s.Models.V1Deployment>("deployment.yaml", strict: true)]);
CODE
dotnet_app > loaded
same "LoadAllFromString" "$(sed -n 's/^text //p' loaded)" YamlException
same "LoadFromFileAsync" "$(sed -n 's/^one //p' loaded)" YamlException
same "LoadAllFromFileAsync" "$(sed -n 's/^file //p' loaded)" 1
same "LoadAllFromStreamAsync" "$(sed -n 's/^stream //p' loaded)" 1
