#!/bin/bash
# A Lease that a manifest has created and nobody holds yet, so that a Role can name it. LeaderElector of KubernetesClient 21.0.8 (NuGet)
# reads it, tries to create it, and does that again and again: it never updates it, never leads, and reports no error. A Lease
# whose holder has expired is taken.
# Seen:  a Lease without a holder: GET and POST, no PUT, leader False, 0 errors; a holder that has expired: PUT, leader True
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > server.py <<'CODE'
import http.server, json, sys
old = "2024-01-01T00:00:00.000000Z"
spec = {"holderIdentity": "other", "leaseDurationSeconds": 1, "acquireTime": old, "renewTime": old, "leaseTransitions": 1}
metadata = {"name": "example", "namespace": "default", "resourceVersion": "1"}
lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec if sys.argv[1] == "expired" else {}}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16): body += self.rfile.read(size); self.rfile.readline()
            self.rfile.readline()
        else: body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        open("methods", "a").write(self.command + "\n")
        exists = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "AlreadyExists", "code": 409}
        code, text = (409, json.dumps(exists)) if self.command == "POST" else (200, body.decode() or json.dumps(lease))
        self.send_response(code); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(text)))
        self.end_headers(); self.wfile.write(text.encode())
    do_GET = do_POST = do_PUT = answer
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port", "w").write(str(server.server_port)); server.serve_forever()
CODE
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
using k8s; using k8s.LeaderElection; using k8s.LeaderElection.ResourceLock;
using var client = new Kubernetes(new KubernetesClientConfiguration { Host = "http://127.0.0.1:" + File.ReadAllText("port") });
var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, "default", "example", "me"))
{
    LeaseDuration = TimeSpan.FromSeconds(1), RenewDeadline = TimeSpan.FromSeconds(0.8), RetryPeriod = TimeSpan.FromSeconds(0.3),
});
bool led = false;
int errors = 0;
elector.OnStartedLeading += () => led = true;
elector.OnError += error => errors += error is OperationCanceledException ? 0 : 1; // the stop at the end aside
using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(6));
try { await elector.RunUntilLeadershipLostAsync(stop.Token); } catch (OperationCanceledException) { }
Console.WriteLine($"leader {led}, {(led ? "" : $"errors {errors}, ")}");
CODE
install dotnet build app.cs -v quiet
elect() { rm -f methods port; python3 server.py "$1" >log 2>&1 & server=$! # its own end: this runs in a subshell
  for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
  led=$(dotnet run --no-build app.cs); kill $server; echo "$led$(grep -v GET methods | sort -u | xargs)"; }
same "a Lease without a holder" "$(elect empty)" "leader False, errors 0, POST"
same "  tries to create it" "$([ "$(grep -c POST methods)" -gt 3 ] && echo "more than 3")" "more than 3"
same "a holder that has expired" "$(elect expired)" "leader True, PUT"
