#!/bin/bash
# DNS over HTTPS with HTTP/1.1, which RFC 8484 does not forbid: BIND 9.18.49, Unbound 1.17.1 and Knot Resolver 5.6.0 speak HTTP/2 alone and
# close the connection without an answer (packages of Debian 12). HttpClient of .NET 10 asks with 1.1 unless DefaultRequestVersion says
# 2.0, and fetch of Node.js has no other, so the question ends with "The response ended prematurely" or "other side closed". dnsdist 1.7.3
# answers both. curl and kdig choose HTTP/2 by themselves.
# Seen:  in the order BIND, Unbound, Knot Resolver, dnsdist: HttpClient: HttpRequestException three times, 200; with 2.0: 200 from all;
#        fetch: error three times, 200; curl: 200 from all, with --http1.1: 000 three times, 200
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > app.cs <<'CODE'
#:property PublishAot=false
#:property ImplicitUsings=enable
// The certificate is one that the script has made
using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
using var client = new HttpClient(handler);
if (args.Length > 1) client.DefaultRequestVersion = new(2, 0);
using var content = new ByteArrayContent(File.ReadAllBytes("question"));
content.Headers.ContentType = new("application/dns-message");
try { Console.WriteLine((int)(await client.PostAsync(args[0], content)).StatusCode); }
catch (HttpRequestException error) { Console.WriteLine(error.GetType().Name); }
CODE
install dotnet build app.cs -v quiet
debian bind9=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 unbound=1.17.1-2+deb12u4 libunbound8=1.17.1-2+deb12u4 libevent-2.1-7 \
  libpython3.11 libhiredis0.14 knot-resolver=5.6.0-1+deb12u1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 libcap-ng0 \
  libluajit-5.1-2 dnsdist=1.7.3-2 libcdb1 libh2o-evloop0.13 libsodium23 libre2-9 libwslay1 libsnmp40
install openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' > zone
printf '\0\0\1\0\0\1\0\0\0\0\0\0\2ns\1a\7example\0\0\1\0\1' > question
cat > named.conf <<CONF
tls own { key-file "$work/key.pem"; cert-file "$work/cert.pem"; };
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on port $((port + 1)) tls own http default { 127.0.0.1; };
  listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; };
controls { };
zone "a.example" { type primary; file "$work/zone"; };
CONF
printf '%s\n' server: "  interface: 127.0.0.1@$((port + 2))" "  https-port: $((port + 2))" "  tls-service-key: $work/key.pem" \
  "  tls-service-pem: $work/cert.pem" "  directory: \"$work\"" '  chroot: ""' '  username: ""' '  pidfile: ""' '  use-syslog: no' \
  '  do-not-query-localhost: no' '  module-config: "iterator"' remote-control: '  control-enable: no' stub-zone: '  name: a.example' \
  "  stub-addr: 127.0.0.1@$port" > unbound.conf
mkdir kresd
printf '%s\n' "net.listen('127.0.0.1', $((port + 3)), {kind='doh2'})" "net.tls('$work/cert.pem', '$work/key.pem')" \
  "modules.unload('ta_update')" "trust_anchors.remove('.')" \
  "policy.add(policy.suffix(policy.STUB('127.0.0.1@$port'), {todname('a.example')}))" > kresd/kresd.conf
printf '%s\n' "addDOHLocal('127.0.0.1:$((port + 4))', '$work/cert.pem', '$work/key.pem', '/dns-query')" "newServer('127.0.0.1:$port')" \
  "setLocal('127.0.0.1:$((port + 5))')" > dnsdist.conf
# Knot Resolver looks for its modules in /usr/lib, which in a mount namespace of its own has them.
libraries=/usr/lib/$(uname -m)-linux-gnu
over="mount -t overlay overlay -o lowerdir=$work/root$libraries:$libraries $libraries"
install unshare --mount bash -c "$over"
named -g -c named.conf >log 2>&1 & pids+=($!)
unbound -d -c unbound.conf >log2 2>&1 & pids+=($!)
unshare --mount bash -c "$over && exec kresd -n -q -c kresd.conf kresd" >log3 2>&1 & pids+=($!)
dnsdist --supervised --disable-syslog -C dnsdist.conf >log4 2>&1 & pids+=($!)
unset LD_LIBRARY_PATH
url() { echo "https://127.0.0.1:$((port + $1))/dns-query"; }
with_curl() { curl --silent --insecure --max-time 5 --output answer --write-out '%{http_code}' \
  --header 'Content-Type: application/dns-message' --data-binary @question "${@:2}" "$(url "$1")"; }
for server in 1 2 3 4; do eventually eval '[ "$(with_curl $server)" = 200 ]'; done
with_fetch() { NODE_TLS_REJECT_UNAUTHORIZED=0 node --no-warnings --eval 'fetch(process.argv[1], { method: "POST",
  headers: { "content-type": "application/dns-message" }, body: require("fs").readFileSync("question") }).then(
  answer => console.log(answer.status), () => console.log("error"))' "$(url "$1")"; }
all() { for server in 1 2 3 4; do "$@" $server; echo; done | xargs; }
with_1() { with_curl "$1" --http1.1; }
with_client() { dotnet run --no-build app.cs -- "$(url "$1")"; }
with_client_2() { dotnet run --no-build app.cs -- "$(url "$1")" 2; }
failed=HttpRequestException
same "curl" "$(all with_curl)" "200 200 200 200"
same "curl --http1.1" "$(all with_1)" "000 000 000 200"
same "HttpClient" "$(all with_client)" "$failed $failed $failed 200"
same "HttpClient with 2.0" "$(all with_client_2)" "200 200 200 200"
same "fetch" "$(all with_fetch)" "error error error 200"
