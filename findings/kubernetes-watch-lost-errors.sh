#!/bin/bash
# A watch that the API server ends with an ERROR event (410, the resource version is too old): events are lost, and the client has to list
# again. In "await foreach" over WatchListNamespacedPodAsync, KubernetesClient 21.0.8 (NuGet) leaves the event out and ends as after any
# time-out; only a callback onError, which is optional, hears of it. A watch that ends without an event is an HttpRequestException.
# @kubernetes/client-node 1.4.0 (npm) hands over the event, and drops what the callback throws, so that a handler fails without a trace.
# Seen:  ADDED, ERROR 410, end: KubernetesClient Added and the end, with onError 410; no event: HttpRequestException;
#        client-node ADDED and ERROR, done null, also where the callback throws at each
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent @kubernetes/client-node@1.4.0
cat > server.py <<'CODE'
import http.server, json
pod = {"type": "ADDED", "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "resourceVersion": "1"}}}
status = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "Expired", "code": 410, "message": "too old"}
gone = {"type": "ERROR", "object": status}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Type", "application/json"); self.end_headers()
        for event in [] if "/quiet/" in self.path else [pod, gone]: self.wfile.write(json.dumps(event).encode() + b"\n")
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port", "w").write(str(server.server_port)); server.serve_forever()
CODE
python3 server.py >log 2>&1 & pids+=($!)
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s;
using var client = new Kubernetes(new KubernetesClientConfiguration { Host = "http://127.0.0.1:" + File.ReadAllText("port") });
async Task Watch(string name, string space, Action<Exception>? onError = null)
{
    Console.Write(name + ":");
    try
    {
        await foreach (var (type, pod) in client.CoreV1.WatchListNamespacedPodAsync(space, onError: onError)) Console.Write(" " + type);
        Console.WriteLine(" end");
    }
    catch (Exception error) { Console.WriteLine(" " + error.GetType().Name); }
}
await Watch("plain", "default");
await Watch("callback", "default", error => Console.Write(" " + (error as KubernetesException)?.Status.Code));
await Watch("quiet", "quiet");
CODE
cat > watch.mjs <<'CODE'
import { KubeConfig, Watch } from "@kubernetes/client-node"; import { readFileSync } from "node:fs";
const config = new KubeConfig(), seen = [];
config.loadFromClusterAndUser(
  { name: "c", server: "http://127.0.0.1:" + readFileSync("port", "utf8"), skipTLSVerify: true }, { name: "u" });
await new Watch(config).watch("/api/v1/namespaces/default/pods", {}, type => {
  seen.push(type); if (process.argv[2] === "throw") throw new Error("handler");
}, error => console.log(seen.join(" ") + ", done " + error));
CODE
dotnet_app > net
same "KubernetesClient" "$(sed -n 's/^plain: //p' net)" "Added end"
same "KubernetesClient, onError" "$(sed -n 's/^callback: //p' net)" "Added 410 end"
same "KubernetesClient, no event" "$(sed -n 's/^quiet: //p' net)" HttpRequestException
same "client-node" "$(node watch.mjs)" "ADDED ERROR, done null"
same "client-node, the callback throws" "$(node watch.mjs throw)" "ADDED ERROR, done null"
