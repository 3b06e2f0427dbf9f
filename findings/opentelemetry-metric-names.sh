#!/bin/bash
# The same instruments in the Prometheus exporters of OpenTelemetry for Node.js (npm @opentelemetry/exporter-prometheus 0.223.0) and .NET
# (NuGet, 1.20.1-beta.1). A histogram "dns.duration" in ms and a gauge "dns.size" in By have other names, so a query for one service finds
# nothing of the other. Two attributes, zone.name and zone_name, become one label twice in Node.js, for which Prometheus 2.42.0 (Debian 12)
# drops the whole scrape, and "a;b" in .NET. One counter of two meters has a second HELP line in Node.js, which promtool refuses.
# Seen:  Node.js dns_duration, dns_size, .NET dns_duration_milliseconds, dns_size_bytes; label: zone_name="a",zone_name="b" and up 0,
#        zone_name="a;b" and up 1; two meters: "second HELP line", accepted
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent @opentelemetry/exporter-prometheus@0.223.0 @opentelemetry/sdk-metrics@2.12.1
cat > app.cs <<'CODE'
#:package OpenTelemetry.Exporter.Prometheus.HttpListener@1.20.1-beta.1
#:property PublishAot=false
#:property ImplicitUsings=enable
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
var (port, what) = (int.Parse(args[0]), args[1]);
using Meter first = new("dns"), second = new("other");
using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("dns", "other")
    .AddPrometheusHttpListener(options => { options.Host = "127.0.0.1"; options.Port = port; }).Build();
if (what == "names")
{
    first.CreateHistogram<double>("dns.duration", "ms").Record(1.5);
    first.CreateGauge<double>("dns.size", "By").Record(512);
    first.CreateCounter<long>("dns.queries", "{query}").Add(3);
}
if (what == "labels")
    first.CreateCounter<long>("dns.queries").Add(3, new("zone.name", "a"), new KeyValuePair<string, object?>("zone_name", "b"));
if (what == "meters") foreach (var meter in new[] { first, second }) meter.CreateCounter<long>("dns.queries").Add(3);
using var client = new HttpClient();
Console.Write(await client.GetStringAsync($"http://127.0.0.1:{port}/metrics"));
CODE
install dotnet build app.cs -v quiet
cat > page.cjs <<'CODE'
const { PrometheusExporter, PrometheusSerializer } = require("@opentelemetry/exporter-prometheus");
const { MeterProvider } = require("@opentelemetry/sdk-metrics");
const exporter = new PrometheusExporter({ preventServerStart: true }), provider = new MeterProvider({ readers: [exporter] });
const first = provider.getMeter("dns"), second = provider.getMeter("other"), what = process.argv[2];
if (what === "names") {
  first.createHistogram("dns.duration", { unit: "ms" }).record(1.5); first.createGauge("dns.size", { unit: "By" }).record(512);
  first.createCounter("dns.queries", { unit: "{query}" }).add(3);
}
if (what === "labels") first.createCounter("dns.queries").add(3, { "zone.name": "a", zone_name: "b" });
if (what === "meters") for (const meter of [first, second]) meter.createCounter("dns.queries").add(3);
exporter.collect().then(({ resourceMetrics }) => console.log(new PrometheusSerializer().serialize(resourceMetrics)));
CODE
debian prometheus=2.42.0+ds-5+deb12u1
mkdir node net
for what in names labels meters; do node page.cjs $what > node/$what; dotnet run --no-build app.cs -- $((port + 2)) $what > net/$what; done
names() { awk '/^# TYPE dns/ {print $3}' "$1/names" | sort | xargs; }
same "names, Node.js" "$(names node)" "dns_duration dns_queries_total dns_size"
same "names, .NET" "$(names net)" "dns_duration_milliseconds dns_queries_total dns_size_bytes"
label() { grep -o 'zone_name=.*"' "$1/labels" | grep -o 'zone_name="[^"]*"' | xargs; }
same "label, Node.js" "$(label node)" "zone_name=a zone_name=b"
same "label, .NET" "$(label net)" "zone_name=a;b"
check() { promtool check metrics < "$1" >log 2>&1; code=$?; grep -o 'second HELP line' log || [ $code = 1 ] || echo accepted; }
same "two meters, Node.js" "$(check node/meters)" "second HELP line"
same "two meters, .NET" "$(check net/meters)" accepted
python3 -m http.server --bind 127.0.0.1 $port >log 2>&1 & pids+=($!)
{ printf '%s\n' 'global: {scrape_interval: 1s}' scrape_configs:
  for page in node/names node/labels net/labels; do
    printf '%s\n' "- {job_name: $page, metrics_path: /$page, static_configs: [{targets: ['127.0.0.1:$port']}]}"; done; } > prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
up() { promtool query instant "http://127.0.0.1:$((port + 1))" "up{job=\"$1\"}" 2>/dev/null | sed 's/.*=> \([01]\) .*/\1/'; }
scraped() { [ -n "$(up "$1")" ]; }
for page in node/names node/labels net/labels; do eventually scraped $page; done
same "scrape, names, Node.js" "$(up node/names)" 1
same "scrape, label, Node.js" "$(up node/labels)" 0
same "scrape, label, .NET" "$(up net/labels)" 1
