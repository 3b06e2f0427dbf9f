#!/usr/bin/env bash
# What clients lose while the delivered CoreDNS changes, counted by two tools at once: dnsperf and the suite's prober ask without a retry,
# over UDP and TCP, from a node's network and from a pod's. The third count is the kernel's: an answer that comes back after kube-proxy has
# deleted the connection tracking entry of its query reaches no client and makes an entry of its own.
#   benchmarks/loss.sh CLUSTER [LABEL]     CLUSTER is a kind cluster with CoreDNS in kube-system; LABEL names this run in the page
#   benchmarks/loss.sh --page              writes docs/benchmarks-loss.md from docs/benchmarks/loss.tsv
# RATES (queries a second of each UDP asker; "200 1000 3000"), RESTARTS (20), DRAINS (10), COREFILES (5), SCALINGS (5). SERVER is the address
# that is asked, the Service's by default. A run puts its rows into docs/benchmarks/loss.tsv,
# in the place of those with the same label, rate and disturbance.
# Needs root, Docker on this machine, kubectl, kind, dnsperf, conntrack in the nodes (kind's have it), and the image of acceptance/prober.
set -euo pipefail
cd "$(dirname "$0")/.."
rows=docs/benchmarks/loss.tsv page=docs/benchmarks-loss.md

if [ "${1:-}" = --page ]; then
  exec awk -F'\t' -f benchmarks/loss.awk "$rows" > "$page"
fi
cluster=${1:?"usage: benchmarks/loss.sh CLUSTER [LABEL]"} label=${2:-}
for program in docker kind kubectl dnsperf nsenter ss jq; do
  command -v "$program" >/dev/null || { echo "benchmarks/loss.sh: $program is needed; install it" >&2; exit 2; }
done
work=$(mktemp -d)
leave() { # Whatever happened, the cluster is as it was.
  { kill -KILL $(jobs -p) || true; wait; } 2>/dev/null
  forget
  [ -z "${drained:-}" ] || k uncordon "$drained" || true
  [ ! -s "$work/configmap.json" ] || dns replace -f "$work/configmap.json" || true
  [ -z "${replicas:-}" ] || dns scale deployment coredns --replicas="$replicas" || true
  k delete namespace loss --ignore-not-found || true
  rm -rf "$work"
} >/dev/null 2>&1
kind get kubeconfig --name "$cluster" > "$work/kubeconfig"
# Ending `docker exec` leaves its program in the container.
forget() { local node; for node in ${nodes[@]+"${nodes[@]}"}; do docker exec "$node" pkill conntrack || true; done; }
k() { kubectl --kubeconfig "$work/kubeconfig" "$@"; }
trap leave EXIT
trap 'exit 1' INT TERM
dns() { k --namespace kube-system "$@"; }

replicas=$(dns get deployment coredns -o jsonpath='{.spec.replicas}')
server=${SERVER:-$(dns get service kube-dns -o jsonpath='{.spec.clusterIP}')}
domain=$(dns get configmap coredns -o jsonpath='{.data.Corefile}' | awk '$1 == "kubernetes" { print $2; exit }')
kubernetes=$(k version -o json | jq -r .serverVersion.gitVersion)
mode=$(dns get configmap kube-proxy -o json 2>/dev/null | jq -r '.data["config.conf"]' | awk '$1 == "mode:" { gsub(/"/, "", $2); print $2; exit }')
label=${label:-"$kubernetes, ${mode:-iptables} mode"}
mapfile -t nodes < <(kind get nodes --name "$cluster" | sort)
mapfile -t workers < <(k get nodes --selector '!node-role.kubernetes.io/control-plane' -o name | sed 's#node/##' | sort)

# The prober is the suite's, taken out of its image; the pod lends its network.
docker cp "$(docker create --name "loss-$$" platform-gitops/prober:glibc)":/prober "$work/prober" >/dev/null; docker rm "loss-$$" >/dev/null
k create namespace loss --dry-run=client -o yaml | k apply -f - >/dev/null
kind load docker-image platform-gitops/prober:glibc --name "$cluster" >/dev/null 2>&1
k apply -f - >/dev/null <<YAML
{ apiVersion: v1, kind: Pod, metadata: { name: client, namespace: loss }, spec: { nodeName: ${workers[0]}, terminationGracePeriodSeconds: 0,
  containers: [ { name: client, image: "platform-gitops/prober:glibc", command: [/prober, endpoint] } ] } }
YAML
k --namespace loss wait pod/client --for=condition=Ready --timeout=60s >/dev/null
client=$(k --namespace loss get pod client -o jsonpath='{.status.podIP}')

# network pod|node: the file of a network namespace: the client pod's, or that of the node on which it is
node_process=$(docker inspect --format '{{.State.Pid}}' "${workers[0]}")
sandbox=$(docker exec "${workers[0]}" sh -c 'crictl inspectp -o json $(crictl pods -q --state Ready --latest --namespace loss --name client)' |
  jq -r '.info.runtimeSpec.linux.namespaces[] | select(.type == "network").path')
# A link of the node would lead into the file system of this machine.
network() { case "$1" in pod) echo "/proc/$node_process/root/run${sandbox#*/run}" ;; node) echo "/proc/$node_process/ns/net" ;; esac; }

for name in kubernetes.default kube-dns.kube-system; do echo "$name.svc.$domain A"; done > "$work/names"

ask() { # WHERE HOW RATE: dnsperf in that network, 20 sockets that stay open
  nsenter --net="$(network "$1")" dnsperf -s "$server" -d "$work/names" -m "$2" -c 20 -T 1 -Q "$3" -l 7200 -t 5 \
    > "$work/dnsperf-$1-$2" 2> "$work/errors-$1-$2" & askers+=($!)
}
watch_node() {
  docker exec "$1" sh -c 'exec conntrack -E -e NEW -p udp --orig-port-src 53' > "$work/strays-$1" 2> "$work/errors-$1" & watchers+=($!)
}
sockets() { nsenter --net="$(network "$1")" ss -Hunp | awk '/"dnsperf"/ { n = split($4, a, ":"); print a[n] }' | sort -u > "$work/sockets-$1"; }

begin() { # RATE
  askers=() watchers=()
  for node in "${nodes[@]}"; do watch_node "$node"; done
  for where in node pod; do ask $where udp "$1"; ask $where tcp $(($1 / 4)); done
  nsenter --net="$(network pod)" "$work/prober" probe "kubernetes.default.svc.$domain./A" --server "$server" --cadence 5 --attempts 1 \
    > "$work/prober.jsonl" & prober=$!
  sleep 3
  sockets node; sockets pod
}

field() { sed -n "s/^ *Queries $2: *\([0-9]*\).*/\1/p" "$work/dnsperf-$1"; }

finish() { # RATE WHAT TIMES SECONDS: stops the askers, and puts a row for each into the table
  sleep 6
  kill -INT "${askers[@]}"; kill "$prober"; wait "${askers[@]}" "$prober" || true
  sleep 1
  { kill "${watchers[@]}" && wait "${watchers[@]}"; } 2>/dev/null || true
  forget
  cat "$work"/strays-* | grep UNREPLIED > "$work/strays" || true
  local where how strays address
  for where in node pod; do for how in udp tcp; do
    address=$([ $where = pod ] && echo "$client" || docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "${workers[0]}")
    strays=-
    [ $how = tcp ] || strays=$(awk -v to="dst=$address" 'NR == FNR { mine["dport=" $1]; next }
      { ours = 0; for (i = 1; i <= NF && $i != "[UNREPLIED]"; i++) { if ($i == to) ours++; if ($i in mine) ours++ } if (ours == 2) n++ } END { print n + 0 }' \
      "$work/sockets-$where" "$work/strays")
    row "$1" "$2" "$3" "dnsperf" "$where" "$how, reused socket" "$(field $where-$how sent)" "$(field $where-$how lost)" "$strays" "$4"
  done; done
  local via
  for via in udp-fresh udp-reused tcp; do
    jq -r --arg via $via '.attempt // empty | select(.via == $via).outcome' "$work/prober.jsonl" > "$work/outcomes"
    row "$1" "$2" "$3" prober pod $via "$(wc -l < "$work/outcomes")" "$(grep -vcx ok "$work/outcomes" || true)" - "$4"
  done
  row "$1" "$2" "$3" kernel all "answers to nobody" - - "$(wc -l < "$work/strays")" "$4"
}

row() { (IFS=$'\t'; echo "$label"$'\t'"$*") | tee -a "$work/rows"; }

settled() { # until as many pods as wanted are ready and none is going
  local pods
  for _ in $(seq 180); do
    pods=$(dns get pods --selector k8s-app=kube-dns -o json | jq -r '[.items[] | if .metadata.deletionTimestamp then "going"
      elif any(.status.conditions[]?; .type == "Ready" and .status == "True") then "ready" else "coming" end] | unique | join(",")')
    [ "$pods" != ready ] || [ "$(dns get pods --selector k8s-app=kube-dns -o name | wc -l)" -ne "$1" ] || return 0
    sleep 0.5
  done
  echo "benchmarks/loss.sh: the pods of CoreDNS do not settle: $pods" >&2; exit 1
}

restart() { dns rollout restart deployment coredns >/dev/null; dns rollout status deployment coredns --timeout=180s >/dev/null; settled "$replicas"; }

drain() {
  drained=$(dns get pods --selector k8s-app=kube-dns -o jsonpath='{.items[0].spec.nodeName}')
  k drain "$drained" --ignore-daemonsets --delete-emptydir-data --pod-selector k8s-app=kube-dns >/dev/null 2>&1
  settled "$replicas"; k uncordon "$drained" >/dev/null; drained=
}

loaded() { # the hashes of the Corefiles that the pods run
  local pod
  for pod in $(dns get pods --selector k8s-app=kube-dns -o jsonpath='{.items[*].metadata.name}'); do
    k get --raw "/api/v1/namespaces/kube-system/pods/$pod:9153/proxy/metrics" | sed -n 's/^coredns_reload_version_info{.*value="\([^"]*\)".*/\1/p'
  done | sort -u | paste -sd,
}

corefile() {
  local before now; before=$(loaded)
  dns get configmap coredns -o json | jq --arg mark "# $RANDOM$RANDOM" '.data.Corefile += "\n" + $mark + "\n"' | dns replace -f - >/dev/null
  for _ in $(seq 240); do
    now=$(loaded)
    case "$now" in *,* | '' | "$before") sleep 1 ;; *) return 0 ;; esac
  done
  echo "benchmarks/loss.sh: the changed Corefile was not loaded in four minutes" >&2; exit 1
}

scale() {
  dns scale deployment coredns --replicas=$((replicas + 2)) >/dev/null; settled $((replicas + 2))
  dns scale deployment coredns --replicas="$replicas" >/dev/null; settled "$replicas"
}

dns get configmap coredns -o json | jq '{apiVersion, kind, metadata: {name: .metadata.name, namespace: .metadata.namespace, labels: .metadata.labels, annotations: .metadata.annotations}, data}' > "$work/configmap.json"
settled "$replicas"
for rate in ${RATES:-200 1000 3000}; do
  for disturbance in "restart ${RESTARTS:-20}" "drain ${DRAINS:-10}" "corefile ${COREFILES:-5}" "scale ${SCALINGS:-5}"; do
    read -r what times <<<"$disturbance"
    [ "$times" -gt 0 ] || continue
    begin "$rate"
    began=$SECONDS
    for _ in $(seq "$times"); do $what; done
    finish "$rate" "$what" "$times" $((SECONDS - began))
  done
done
touch "$rows"
awk -F'\t' 'NR == FNR { again[$1, $2, $3]; next } !(($1, $2, $3) in again)' "$work/rows" "$rows" | sort -s -t "$(printf '\t')" -k1,1 - "$work/rows" > "$work/all"
cp "$work/all" "$rows"
"$0" --page
