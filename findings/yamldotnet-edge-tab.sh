#!/bin/bash
# A text that begins or ends with a tab, the row of a table with an empty last cell for example: YamlDotNet 18.1.0 (NuGet) writes it without
# quotes and reads its own output without the tab. KubernetesClient 21.0.8 (NuGet) writes a ConfigMap the same way.
# Seen:  "a<tab>b<tab>" is written plain and comes back as "a<tab>b", with either library
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s; using k8s.Models; using YamlDotNet.Serialization;
var data = new Dictionary<string, string> { ["row"] = "a\tb\t", ["line"] = "\tall" };
var text = new Serializer().Serialize(data);
void Write(string library, string written, IDictionary<string, string> read) =>
    Console.WriteLine(library + ": " + System.Text.Json.JsonSerializer.Serialize(read) + " quotes " + written.Count(c => c is '"' or '\''));
Write("YamlDotNet", text, new Deserializer().Deserialize<Dictionary<string, string>>(text));
text = KubernetesYaml.Serialize(new V1ConfigMap { Data = data });
Write("KubernetesClient", text, KubernetesYaml.Deserialize<V1ConfigMap>(text).Data);
CODE
dotnet_app > read
same "YamlDotNet" "$(sed -n 's/^YamlDotNet: //p' read)" '{"row":"a\tb","line":"all"} quotes 0'
same "KubernetesClient" "$(sed -n 's/^KubernetesClient: //p' read)" '{"row":"a\tb","line":"all"} quotes 0'
