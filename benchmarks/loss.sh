#!/usr/bin/env bash
# What clients lose while the delivered CoreDNS changes, counted by two tools at once: dnsperf and the suite's prober ask without a retry, at
# the same rate (dnsperf over TCP at a quarter of it), each from a node's network and from a pod's. Rows without the prober on the node are
# older: it asked in the pod alone, 200 times a second. The third count is the kernel's: an answer that comes back after kube-proxy has
# deleted the connection tracking entry of its query reaches no client and makes an entry of its own, once for each socket and pod.
#   benchmarks/loss.sh CLUSTER [LABEL]     CLUSTER is a kind cluster with CoreDNS in kube-system; LABEL names this run in the page
#   benchmarks/loss.sh --page              writes docs/benchmarks-loss.md from docs/benchmarks/loss.tsv
# RATES (queries a second of each UDP asker; "200 1000 3000"), PROBES (queries a second in each way of the prober; the rate), RESTARTS (20),
# DRAINS (10), COREFILES (5), SCALINGS (5). SERVER is the address that is asked, the Service's by default. A run puts its rows into
# docs/benchmarks/loss.tsv, in the place of those with the same label, rate and disturbance; a line "# LABEL" says on what they were measured.
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
  trap '' INT TERM HUP
  kill -KILL $(jobs -p) || true
  forget
  docker rm --force "loss-$$" || true
  [ -z "${drained:-}" ] || k uncordon "$drained" || true
  [ -z "${replicas:-}" ] || dns scale deployment coredns --replicas="$replicas" || true
  k delete namespace "$own" --ignore-not-found --wait=false || true
  if [ -s "$work/configmap.json" ] && ! dns replace -f "$work/configmap.json"; then
    echo "benchmarks/loss.sh: the ConfigMap coredns could not be put back; it is in $work/configmap.json" >&3
  else
    rm -rf "$work"
  fi
}
own=loss-$$
# Ending `docker exec` leaves its program in the container.
forget() { local node; for node in ${nodes[@]+"${nodes[@]}"}; do docker exec "$node" pkill conntrack || true; done; }
k() { kubectl --kubeconfig "$work/kubeconfig" "$@"; }
dns() { k --namespace kube-system "$@"; }
fail() { echo "benchmarks/loss.sh: $1" >&2; exit 1; }
trap '{ leave; } 3>&2 >/dev/null 2>&1' EXIT
trap 'exit 1' INT TERM HUP
kind get kubeconfig --name "$cluster" > "$work/kubeconfig"

replicas=$(dns get deployment coredns -o jsonpath='{.spec.replicas}')
server=${SERVER:-$(dns get service kube-dns -o jsonpath='{.spec.clusterIP}')}
domain=$(dns get configmap coredns -o jsonpath='{.data.Corefile}' | awk '$1 == "kubernetes" { print $2; exit }')
kubernetes=$(k version -o json | jq -r .serverVersion.gitVersion)
mode=$( (dns get configmap kube-proxy -o json || echo '{"data": {"config.conf": "mode: none"}}') 2>/dev/null | jq -r '.data["config.conf"]' | awk '$1 == "mode:" { gsub(/"/, "", $2); print $2; exit }')
label=${label:-"$kubernetes, ${mode:-iptables} mode"}
described="$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg) when it \
began; commit $(git rev-parse HEAD), $(date --utc +%F); Kubernetes $kubernetes, kube-proxy in ${mode:-iptables} mode, $(dnsperf -h 2>&1 |
  sed -n 's/^.*[Vv]ersion \([0-9.]*\).*/dnsperf \1/p' | head -n 1), $(dns get deployment coredns -o jsonpath='{.spec.template.spec.containers[0].image}')\
${PROBES:+; the prober asks $PROBES times a second in each of its ways}."
mapfile -t nodes < <(kind get nodes --name "$cluster" | sort)
mapfile -t workers < <(k get nodes --selector '!node-role.kubernetes.io/control-plane' -o name | sed 's#node/##' | sort)
[ ${#workers[@]} -ge 2 ] || fail "$cluster has ${#workers[@]} worker nodes; two are needed, so that one can be drained"

# The prober is the suite's, taken out of its image; the pod lends its network.
docker create --name "loss-$$" platform-gitops/prober:glibc >/dev/null
docker cp "loss-$$:/prober" "$work/prober" >/dev/null
k create namespace "$own" >/dev/null
kind load docker-image platform-gitops/prober:glibc --name "$cluster" > "$work/load" 2>&1 || fail "kind load: $(tail -1 "$work/load")"
k apply -f - >/dev/null <<YAML
{ apiVersion: v1, kind: Pod, metadata: { name: client, namespace: $own }, spec: { nodeName: ${workers[0]}, terminationGracePeriodSeconds: 0,
  containers: [ { name: client, image: "platform-gitops/prober:glibc", command: [/prober, endpoint] } ] } }
YAML
k --namespace "$own" wait pod/client --for=condition=Ready --timeout=60s >/dev/null

# network pod|node: the file of a network namespace: the client pod's, or that of the node on which it is
node_process=$(docker inspect --format '{{.State.Pid}}' "${workers[0]}")
sandbox=$(docker exec "${workers[0]}" sh -c 'crictl inspectp -o json $(crictl pods -q --state Ready --latest --namespace '"$own"' --name client)' |
  jq -r '.info.runtimeSpec.linux.namespaces[] | select(.type == "network").path')
# A link of the node would lead into the file system of this machine.
network() { case "$1" in pod) echo "/proc/$node_process/root/run${sandbox#*/run}" ;; node) echo "/proc/$node_process/ns/net" ;; esac; }

for name in kubernetes.default kube-dns.kube-system; do echo "$name.svc.$domain A"; done > "$work/names"

ask() { # WHERE HOW RATE: dnsperf in that network, 20 sockets that stay open; with its 100 outstanding queries it would pause in an outage
  nsenter --net="$(network "$1")" dnsperf -s "$server" -d "$work/names" -m "$2" -c 20 -T 1 -q 20000 -Q "$3" -l 7200 -t 5 \
    > "$work/dnsperf-$1-$2" 2> "$work/errors-$1-$2" & askers+=($!)
}
watch_node() {
  docker exec "$1" sh -c 'exec conntrack -E -e NEW -p udp --orig-port-src 53' > "$work/strays-$1" 2> "$work/watch-$1" & watchers+=($!)
}
begin() { # RATE
  local node where n
  askers=() watchers=()
  for node in "${nodes[@]}"; do watch_node "$node"; done
  for where in node pod; do ask $where udp "$1"; ask $where tcp $(($1 / 4)); done
  # Its least cadence is a millisecond.
  local each=${PROBES:-$1} number=1; [ "$each" -le 1000 ] || number=$(((each + 999) / 1000)) each=1000
  probers=(); rm -f "$work"/prober-*.jsonl
  for where in node pod; do for n in $(seq "$number"); do
    nsenter --net="$(network $where)" "$work/prober" probe "kubernetes.default.svc.$domain./A" --server "$server" --cadence $((1000 / each)) \
      --attempts 1 > "$work/prober-$where-$n.jsonl" & probers+=($!)
  done; done
  sleep 3
}

field() { sed -n "s/^ *Queries $2: *\([0-9]*\).*/\1/p" "$work/dnsperf-$1"; }
# Of the two averages that dnsperf prints for TCP, the second is that of the connections.
latency() { sed -n '/Average Latency (s):/ { s/^[^:]*: *\([0-9.]*\).*/\1/p; q }' "$work/dnsperf-$1"; }

finish() { # RATE WHAT TIMES SECONDS: stops the askers, and puts a row for each into the table
  sleep 6
  local process
  for process in "${askers[@]}" "${probers[@]}" "${watchers[@]}"; do
    kill -0 "$process" 2>/dev/null || fail "a client or a watcher has ended by itself: $(cat "$work"/errors-* "$work"/watch-* | head -1)"
  done
  kill -INT "${askers[@]}"; kill "${probers[@]}"; wait "${askers[@]}" "${probers[@]}" || true
  sleep 1
  forget; wait "${watchers[@]}" || true
  # conntrack reports events that it lost; the count would be too small.
  ! grep -h -m1 -i 'error\|lost\|failed' "$work"/watch-* >&2 || fail "conntrack has missed events"
  cat "$work"/strays-* | grep UNREPLIED > "$work/strays" || true
  rm -f "$work/row"
  local where how via
  for where in node pod; do for how in udp tcp; do
    row "$1" "$2" "$3" dnsperf $where $how "$(field $where-$how sent)" "$(field $where-$how lost)" "$4" "$(latency $where-$how)"
  done; done
  for where in node pod; do for via in udp-fresh udp-reused tcp; do
    cat "$work"/prober-$where-*.jsonl | jq -r --arg via $via '.attempt // empty | select(.via == $via).outcome' > "$work/outcomes"
    row "$1" "$2" "$3" prober $where $via "$(wc -l < "$work/outcomes")" "$(grep -vcx ok "$work/outcomes" || true)" "$4"
  done; done
  row "$1" "$2" "$3" kernel all entries - "$(wc -l < "$work/strays")" "$4"
  touch "$rows"
  { grep '^# ' "$rows" | grep -vF "# $label$(printf '\t')" || true; printf '# %s\t%s\n' "$label" "$described"; } | sort > "$work/all"
  grep -v '^# ' "$rows" | awk -F'\t' 'NR == FNR { again[$1, $2, $3]; next } !(($1, $2, $3) in again)' "$work/row" - |
    sort -s -t "$(printf '\t')" -k1,1 - "$work/row" >> "$work/all"
  cp "$work/all" "$rows"
}

row() { (IFS=$'\t'; echo "$label"$'\t'"$*") | tee -a "$work/row"; }

settled() { # until as many pods as wanted are ready and none is going
  local pods
  for _ in $(seq 180); do
    pods=$(dns get pods --selector k8s-app=kube-dns -o json | jq -r '[.items[] | if .metadata.deletionTimestamp then "going"
      elif any(.status.conditions[]?; .type == "Ready" and .status == "True") then "ready" else "coming" end] | unique | join(",")')
    [ "$pods" != ready ] || [ "$(dns get pods --selector k8s-app=kube-dns -o name | wc -l)" -ne "$1" ] || return 0
    sleep 0.5
  done
  fail "the pods of CoreDNS do not settle: $pods"
}

restart() { dns rollout restart deployment coredns >/dev/null; dns rollout status deployment coredns --timeout=180s >/dev/null; settled "$replicas"; }

drain() {
  drained=$(dns get pods --selector k8s-app=kube-dns -o jsonpath='{.items[0].spec.nodeName}')
  k drain "$drained" --ignore-daemonsets --delete-emptydir-data --pod-selector k8s-app=kube-dns --timeout=180s > "$work/drain" 2>&1 ||
    fail "kubectl drain: $(tail -1 "$work/drain")"
  settled "$replicas"; k uncordon "$drained" >/dev/null; drained=
}

loaded() { # the hash of the Corefile that each pod has loaded since it started, once for each pod
  local pod
  for pod in $(dns get pods --selector k8s-app=kube-dns -o jsonpath='{.items[*].metadata.name}'); do
    # While a pod loads a Corefile, its metrics are away for a moment.
    { k get --raw "/api/v1/namespaces/kube-system/pods/$pod:9153/proxy/metrics" 2>/dev/null || true; } |
      sed -n 's/^coredns_reload_version_info{.*value="\([^"]*\)".*/\1/p'
  done
}

corefile() { # A comment at the end would change nothing that CoreDNS reads.
  local before now; before=$(loaded | sort -u)
  dns get configmap coredns -o json | jq --arg mark "# $RANDOM$RANDOM" '.data.Corefile = $mark + "\n" + .data.Corefile' | dns replace -f - >/dev/null
  for _ in $(seq 240); do
    now=$(loaded)
    if [ "$(wc -l <<<"$now")" -eq "$replicas" ] && [ "$(sort -u <<<"$now" | wc -l)" -eq 1 ] && [ "$(sort -u <<<"$now")" != "$before" ]; then return; fi
    sleep 1
  done
  fail "the changed Corefile was not loaded in four minutes"
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
benchmarks/loss.sh --page
