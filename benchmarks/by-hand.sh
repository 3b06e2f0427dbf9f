#!/usr/bin/env bash
# The story's criteria AC1 to AC6 by hand: what kubectl shows of one cluster, nslookup in pods made for it, and curl through a forwarded port.
# It is what benchmarks/acceptance.sh --beside measures the suite against. It looks once, reads what is written instead of what runs, and
# changes nothing but the pods that it makes: a policy that exists is not yet enforced, and a field that is set is not yet in effect.
#   benchmarks/by-hand.sh SETTINGS     the cluster's cluster-settings.yaml in its tree; the cluster is that of kubectl's context
# IMAGE=busybox:1.36. Exit code 1 when a line failed.
set -uo pipefail
settings=${1:?the cluster-settings.yaml of the cluster}
tree=$(dirname "$settings")/../.. image=${IMAGE:-busybox:1.36}
for program in kubectl curl; do command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }; done
work=$(mktemp -d) namespace=
leave() {
  rm -rf "$work"
  kubectl delete pods --all-namespaces --selector "by-hand=$$" --wait=false >/dev/null
  [ -z "$namespace" ] || kubectl delete namespace "$namespace" --wait=false >/dev/null
}
trap leave EXIT
setting() { sed -n "s/^  $1: //p" "$settings" | tr -d '"'; }
chart=$(sed -n 's/^ *version: //p' "$tree/bases/coredns/helmrelease.yaml")
replicas=$(setting COREDNS_REPLICAS) domain=$(setting CLUSTER_DOMAIN) monitoring=$(setting MONITORING_NAMESPACE)
system=(kubectl --namespace kube-system)
passed=0 failed=0 skipped=0

# line CRITERION WHAT EXPECTED SEEN: passed where the text matches the pattern
line() {
  local outcome=failed
  # shellcheck disable=SC2053
  [[ -n $3 && $4 == $3 ]] && outcome=passed
  ((++$outcome))
  printf '%-8s %s  %-44s %s\n' "$outcome" "$1" "$2" "$(tr '\n' ' ' <<<"$4" | cut -c1-80)"
}
skip() { ((++skipped)); printf '%-8s %s  %-44s %s\n' skipped "$1" "$2" "$3"; }

# field KIND JSONPATH: of an object in kube-system
field() { "${system[@]}" get "$1" --output "jsonpath=$2" 2>&1; }
# each JSONPATH: of every DNS pod, the different values
each() { "${system[@]}" get pods --selector k8s-app=kube-dns --output "jsonpath={range .items[*]}$1{\"\n\"}{end}" 2>&1 | sort --unique; }

# lookup NAMESPACE NAME: the addresses that a new pod gets. BusyBox follows no search path for a name with a dot, so names are full.
lookup() {
  local pod="by-hand-$RANDOM"
  kubectl --namespace "$1" run "$pod" --labels "by-hand=$$" --quiet --restart=Never --image "$image" \
    --image-pull-policy IfNotPresent -- nslookup "$2" 2>&1 >/dev/null
  # An attached kubectl sees nothing of a pod that ends before it is attached; the log keeps all of it.
  for _ in $(seq 300); do
    case "$(kubectl --namespace "$1" get pod "$pod" --output 'jsonpath={.status.phase}')" in Succeeded | Failed) break ;; esac
    sleep 0.2
  done
  kubectl --namespace "$1" logs "$pod" 2>&1 |
    awk '/^Name:/ { named = 1 } named && /^Address/ { print $NF } /server can.t find/ { print }' | sort --unique
}

# forwarded NAMESPACE TARGET PORT PATH: what an HTTP request through a forwarded port answers
forwarded() {
  local port='' forward
  kubectl --namespace "$1" port-forward "$2" ":$3" > "$work/forward" 2>&1 & forward=$!
  for _ in $(seq 50); do
    port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$work/forward")
    [ -z "$port" ] && kill -0 "$forward" 2>/dev/null || break
    sleep 0.1
  done
  [ -n "$port" ] && curl --silent --show-error --max-time 5 --write-out '\n%{http_code}' "http://127.0.0.1:$port$4" 2>&1 || cat "$work/forward"
  kill "$forward" 2>/dev/null; wait "$forward" 2>/dev/null
}

line AC1 "Deployment coredns is ready" "$replicas/$replicas" "$(field deployment/coredns '{.status.readyReplicas}/{.spec.replicas}')"
line AC1 "PodDisruptionBudget has its minAvailable" "$(setting COREDNS_MIN_AVAILABLE)" \
  "$(field poddisruptionbudget/coredns-pdb '{.spec.minAvailable}')"
line AC1 "pods are on different nodes" "$replicas" "$(each '{.spec.nodeName}' | grep -c .)"

line AC2 "Service kube-dns exists" kube-dns "$(field service/kube-dns '{.metadata.name}')"
line AC2 "Service kube-dns has its ClusterIP" "$(setting COREDNS_CLUSTER_IP)" "$(field service/kube-dns '{.spec.clusterIP}')"
api=$(kubectl --namespace default get service kubernetes --output 'jsonpath={.spec.clusterIP}')
line AC2 "the name of a Service resolves" "$api" "$(lookup default "kubernetes.default.svc.$domain")"
line AC2 "a name outside the cluster resolves" "[0-9]*.*.*.*" "$(lookup default example.com)"
pod=$(each '{.status.podIP}' | head -n 1)
line AC2 "the name of a pod resolves" "$pod" "$(lookup default "${pod//[.:]/-}.kube-system.pod.$domain")"

line AC3 "CoreDNS has metrics on port 9153" "coredns_dns_requests_total*200" \
  "$(forwarded kube-system deployment/coredns 9153 /metrics | grep -E '^(coredns_dns_requests_total|[0-9]+$)')"
line AC3 "ServiceMonitor coredns exists" coredns "$(field servicemonitor/coredns '{.metadata.name}')"
store=$(kubectl --namespace "$monitoring" get services --output name 2>/dev/null | grep -m 1 -E 'vmselect|victoria-metrics')
if [ -n "$store" ]; then
  port=$(kubectl --namespace "$monitoring" get "$store" --output 'jsonpath={.spec.ports[0].port}') root=
  [[ $store != *vmselect* ]] || root=/select/0/prometheus
  line AC3 "VictoriaMetrics has series of CoreDNS" '*"__name__":"coredns_dns_requests_total"*200' \
    "$(forwarded "$monitoring" "$store" "$port" "$root/api/v1/query?query=coredns_dns_requests_total")"
else
  skip AC3 "VictoriaMetrics has series of CoreDNS" "no VictoriaMetrics in namespace $monitoring"
fi

for pair in 8080/health 8181/ready; do
  for pod in $(each '{.metadata.name}'); do
    line AC4 "$pod answers /${pair#*/}" "OK*200" "$(forwarded kube-system "pod/$pod" "${pair%/*}" "/${pair#*/}")"
  done
done

context='{.spec.containers[0].securityContext'
line AC5 "pods run without root" true "$(each '{.spec.securityContext.runAsNonRoot}')"
line AC5 "the root filesystem is read-only" true "$(each "$context.readOnlyRootFilesystem}")"
line AC5 "capabilities are dropped" '\["ALL"\]' "$(each "$context.capabilities.drop}")"
policies=$(for kind in ciliumnetworkpolicies networkpolicies; do kubectl get "$kind" --all-namespaces --output name 2>/dev/null; done |
  grep -c -E 'coredns|allow-dns')
line AC5 "a network policy is about DNS" "[1-9]*" "$policies"
own=by-hand-$RANDOM
kubectl create namespace "$own" >/dev/null && namespace=$own
line AC5 "a workload's namespace can ask DNS" "$api" "$(lookup "$own" "kubernetes.default.svc.$domain")"

line AC6 "the chart of the definition is deployed" "coredns-$chart" "$(field deployment/coredns '{.metadata.labels.helm\.sh/chart}')"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
