#!/bin/bash
# A histogram with a label, as prom-client 15.1.3 writes it and CoreDNS has it for each zone, read with parse-prometheus-text-format 1.1.1
# (both npm): one metric is left, with the buckets of the last zone, without label, count and sum, and no error. A summary is the same.
# Without a label, count and sum are there; gauges and counters keep their labels.
# Seen:  zones a and b: {"buckets":{"1":"10","+Inf":"20"}}; without a label: buckets, count and sum; gauge: 2 metrics with labels
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent prom-client@15.1.3 parse-prometheus-text-format@1.1.1
cat > read.mjs <<'CODE'
import { Gauge, Histogram, Registry, Summary } from "prom-client"; import parse from "parse-prometheus-text-format";
const read = typeof parse === "function" ? parse : parse.default;
const show = async fill => {
  const registry = new Registry(); fill(registry);
  console.log(JSON.stringify(read(await registry.metrics() + "\n")[0].metrics)); };
const histogram = (registry, labels, observe) => observe(
  new Histogram({ name: "h", help: "h", buckets: [1], labelNames: labels, registers: [registry] }));
await show(r => histogram(r, [], h => { for (const value of [0.5, 2]) h.observe(value); }));
await show(r => histogram(r, ["zone"], h => {
  for (const [zone, times] of [["a", 1], ["b", 10]])
    for (let i = 0; i < times; i++) { h.observe({ zone }, 0.5); h.observe({ zone }, 2); } }));
await show(r => {
  const summary = new Summary({ name: "s", help: "s", percentiles: [0.5], labelNames: ["zone"], registers: [r] });
  summary.observe({ zone: "a" }, 1); summary.observe({ zone: "b" }, 5); });
await show(r => {
  const gauge = new Gauge({ name: "g", help: "g", labelNames: ["zone"], registers: [r] });
  gauge.set({ zone: "a" }, 1); gauge.set({ zone: "b" }, 5); });
CODE
node read.mjs > log
same "histogram without a label" "$(sed -n 1p log)" '[{"buckets":{"1":"1","+Inf":"2"},"count":"2","sum":"2.5"}]'
same "histogram of two zones" "$(sed -n 2p log)" '[{"buckets":{"1":"10","+Inf":"20"}}]'
same "summary of two zones" "$(sed -n 3p log)" '[{"quantiles":{"0.5":"5"}}]'
same "gauge of two zones" "$(sed -n 4p log)" '[{"value":"1","labels":{"zone":"a"}},{"value":"5","labels":{"zone":"b"}}]'
