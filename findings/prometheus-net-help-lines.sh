#!/bin/bash
# A help text of two lines, as a C# raw string has it. prometheus-net 8.2.1 (NuGet) writes it as it is, so its second line is a line of the
# page. Prometheus 2.42.0 (Debian 2.42.0+ds-5+deb12u1) then refuses the whole page: up is 0, and every
# metric of the program is gone. prom-client 15.1.3 (npm) escapes the line end.
# Seen:  prometheus-net "# HELP one First" and "line."; up 0; with a help of one line up 1; prom-client "# HELP one First\nline.", up 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
dotnet_app() { install dotnet build app.cs -v quiet; dotnet run --no-build app.cs; } # app.cs names its packages
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

debian prometheus=2.42.0+ds-5+deb12u1
install npm install --silent prom-client@15.1.3
cat > app.cs <<'CODE'
#:package prometheus-net@8.2.1
#:property PublishAot=false
#:property ImplicitUsings=enable
async Task Write(string file, string help)
{
    var registry = Prometheus.Metrics.NewCustomRegistry();
    Prometheus.Metrics.WithCustomRegistry(registry).CreateGauge("one", help).Set(1);
    using var stream = File.Create(file);
    await registry.CollectAndExportAsTextAsync(stream);
}
Directory.CreateDirectory("pages");
await Write("pages/lines", "First\nline.");
await Write("pages/line", "First line.");
CODE
cat > page.cjs <<'CODE'
const { Registry, Gauge } = require("prom-client");
const registry = new Registry();
new Gauge({ name: "one", help: "First\nline.", registers: [registry] }).set(1);
registry.metrics().then(text => process.stdout.write(text));
CODE
dotnet_app; node page.cjs > pages/npm
{ echo 'global: {scrape_interval: 1s, scrape_timeout: 1s}'; echo 'scrape_configs:'
  for page in line lines npm; do
    echo "- {job_name: $page, metrics_path: /$page, static_configs: [{targets: ['127.0.0.1:$port']}]}"; done; } > prometheus.yml
python3 -m http.server --bind 127.0.0.1 --directory pages $port >log 2>&1 & pids+=($!)
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
query() { curl --silent --fail --data-urlencode "query=$1" "http://127.0.0.1:$((port + 1))/api/v1/query" | grep -o '"value":\[[^]]*' |
  cut -d'"' -f4; }
eventually eval '[ "$(query "count(up)")" = 3 ]'
same "prometheus-net, the help" "$(head -n 2 pages/lines | xargs -d '\n')" "# HELP one First line."
same "  up" "$(query 'up{job="lines"}')" 0
same "  up, one line" "$(query 'up{job="line"}')" 1
same "prom-client, the help" "$(head -n 1 pages/npm)" '# HELP one First\nline.'
same "  up" "$(query 'up{job="npm"}')" 1
