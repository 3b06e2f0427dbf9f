#!/usr/bin/env bash
# Where the time of the acceptance suite goes, from the evidence that its runs leave, and whether it is little enough:
# the offline half, a cluster from nothing to DNS that answers, then the criteria and the zero-loss disruptions on that cluster.
#   benchmarks/acceptance.sh                  needs Docker, kind, helm and jq; makes a cluster of its own and removes it
#   benchmarks/acceptance.sh --repeat 20      the criteria again and again on one cluster: passed and failed for each run, and the flakes
#   benchmarks/acceptance.sh --beside 3       the criteria and benchmarks/by-hand.sh in turns on one cluster, which is kept: a table of medians
#   benchmarks/acceptance.sh --read FILE      the checks of an evidence.json that a run has left
# ROLE=infra|apps, PREFIX (of the cluster's name), KEEP=1 (leave the cluster), LOG=file (one line for each repeated run, added to those in it).
# Settings of the suite (ACCEPTANCE_NODE_IMAGE ...) hold as always.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in jq kind docker; do command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }; done
repeat=0 beside=0
case "${1:-}" in
  --beside) beside=${2:?--beside takes a number of runs}; KEEP=1 ;;
  --repeat) repeat=${2:?--repeat takes a number of runs} ;;
  --read) read=${2:?--read takes an evidence.json} ;;
  '') ;;
  *) sed -n '2,10s/^# //p' "$0" >&2; exit 2 ;;
esac
role=${ROLE:-infra} prefix=${PREFIX:-benchmark-} log=${LOG:-artifacts/benchmark/acceptance-runs.tsv}
export ACCEPTANCE_PREFIX=$prefix ACCEPTANCE_KEEP_CLUSTERS=true
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -n "${KEEP:-}${read:-}" ] || kind delete cluster --name "$prefix$role" >/dev/null 2>&1' EXIT
live="TestCategory=Live&Name~$role"
criteria="TestCategory=Story"
zero_loss="TestCategory=ZeroLoss"

# run FILTER: a run of the suite; its wall seconds in $took, its evidence in $evidence (empty where it left none), its exit code in $status
run() {
  touch "$work/before"
  local start; start=$(date +%s%N); status=0
  dotnet test acceptance --no-build ${1:+--filter "$1"} >"$work/output" 2>&1 || status=$?
  took=$(( ($(date +%s%N) - start) / 1000000 ))
  took=$(awk -v ms="$took" 'BEGIN { printf "%.1f", ms / 1000 }')
  evidence=$(find artifacts/acceptance -name evidence.json -newer "$work/before" 2>/dev/null | sort | tail -1)
}

# checks FILE: seconds, outcome and check of each result, the longest first
checks() {
  jq -r '.results[] | [(.duration | split(":") | (.[0] | tonumber) * 3600 + (.[1] | tonumber) * 60 + (.[2] | tonumber)), .outcome, .check, .mode, .title] | @tsv' "$1" |
    sort -rn | awk -F'\t' '{ printf "  %7.1f s  %-7s  %-13s %-8s %s\n", $1, $2, $3, $4, $5 }'
}

bar() { # NAME SECONDS LIMIT EXIT-CODE
  awk -v name="$1" -v took="$2" -v limit="$3" -v status="$4" 'BEGIN {
    printf "%-58s %7.1f s  bar %3d s  %s%s\n", name, took, limit, took < limit ? "met" : "NOT met", status == 0 ? "" : "  (the run was red)" }'
}

if [ -n "${read:-}" ]; then
  checks "$read"
  jq -r '.facts[] | select(.label | contains(":")) | "\(.label) \(.value)"' "$read"
  jq -r --arg role "$role" '[.results[] | select(.mode == "live" and .cluster == $role and ((.check | startswith("AC")) or any(.disruptions[]; .budget.failures == 0)))
    | .duration | split(":") | (.[0] | tonumber) * 3600 + (.[1] | tonumber) * 60 + (.[2] | tonumber)] | "\($role): criteria and zero-loss disruptions, \(length) checks: \(add // 0 | round) s"' "$read"
  exit
fi

dotnet build acceptance -v quiet --nologo
echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"

if [ "$repeat" -gt 0 ]; then
  mkdir -p "$(dirname "$log")"
  for number in $(seq "$repeat"); do
    run "$live&($criteria)"
    [ -n "$evidence" ] || { tail -20 "$work/output"; exit 1; }
    jq -r --arg took "$took" '[.id, $took, ([.results[] | select(.outcome == "passed")] | length), ([.results[] | select(.outcome == "failed")] | length),
      ([.results[] | select(.outcome == "skipped")] | length), ([.results[] | select(.outcome == "failed") | .check] | join(" "))] | @tsv' "$evidence" >> "$log"
    tail -1 "$log" | awk -F'\t' -v number="$number" '{ printf "run %2d  %6.1f s  %d passed, %d failed, %d skipped  %s\n", number, $2, $3, $4, $5, $6 }'
  done
  awk -F'\t' '{ runs++; sum += $2; if ($4 > 0) { red++; n = split($6, failed, " "); for (i = 1; i <= n; i++) flakes[failed[i]]++ } }
    END { printf "%d runs, %d with a failure, %.0f s each\n", runs, red, sum / runs; for (check in flakes) printf "  %s failed in %d of %d\n", check, flakes[check], runs }' "$log"
  exit
fi

# nodes: the CPU seconds of the cluster's nodes until now
nodes() {
  for node in $(kind get nodes --name "$prefix$role" 2>/dev/null); do
    # cgroup v2 counts microseconds, v1 nanoseconds.
    docker exec "$node" sh -c 'cat /sys/fs/cgroup/cpu.stat 2>/dev/null || echo "usage_nsec $(cat /sys/fs/cgroup/cpuacct/cpuacct.usage)"'
  done | awk '/^usage_usec/ { sum += $2 / 1e6 } /^usage_nsec/ { sum += $2 / 1e9 } END { printf "%.2f", sum }'
}

# timed NAME COMMAND...: its output in $work/output, and a line "name, passed, failed, skipped, wall, CPU, CPU of the nodes" in $work/runs
timed() {
  local name=$1 before counts; shift
  before=$(nodes); touch "$work/before"
  /usr/bin/time -o "$work/time" -f '%e %U %S' "$@" > "$work/output" 2>&1 || true
  evidence=$(find artifacts/acceptance -name evidence.json -newer "$work/before" 2>/dev/null | sort | tail -1)
  if [ -n "$evidence" ]; then
    counts=$(jq -r '[("passed", "failed", "skipped") as $outcome | [.results[] | select(.outcome == $outcome)] | length] | @tsv' "$evidence")
    jq -r '.results[] | select(.outcome == "failed") | "  failed  \(.check) \(.title)"' "$evidence"
  else
    counts=$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1\t\2\t\3/p' "$work/output")
    grep '^failed ' "$work/output" || true
  fi
  [ -n "$counts" ] || { tail -n 20 "$work/output"; exit 1; }
  tail -n 1 "$work/time" | awk -v OFS='\t' -v name="$name" -v counts="$counts" -v before="$before" -v after="$(nodes)" \
    '{ print name, counts, $1, $2 + $3, after - before }' | tee -a "$work/runs"
}

if [ "$beside" -gt 0 ]; then
  [ -x /usr/bin/time ] || { echo "/usr/bin/time is needed" >&2; exit 2; }
  settings=$(dirname "${ACCEPTANCE_DEFINITION:-platform.yaml}")/kubernetes/clusters/$role/cluster-settings.yaml
  # The first run makes the cluster or delivers to it; it is not measured.
  run "$live&Name~AC2.2"; [ "$status" -eq 0 ] || { tail -n 20 "$work/output"; exit 1; }
  kind get kubeconfig --name "$prefix$role" > "$work/kubeconfig" 2>/dev/null
  before=$(nodes); sleep 20
  awk -v before="$before" -v after="$(nodes)" 'BEGIN { printf "the nodes at rest: %.2f CPU seconds in each second\n", (after - before) / 20 }'
  for number in $(seq "$beside"); do
    echo "run $number of $beside, load $(cut -d' ' -f1 /proc/loadavg)"
    timed "by hand" env KUBECONFIG="$work/kubeconfig" benchmarks/by-hand.sh "$settings"
    timed "suite, nothing disruptive" env ACCEPTANCE_MAY_DISRUPT=false dotnet test acceptance --no-build --filter "$live&($criteria)"
    timed "suite" dotnet test acceptance --no-build --filter "$live&($criteria)"
  done
  awk -F'\t' '
    { if (!($1 in runs)) name[++rows] = $1; run = ++runs[$1]; for (i = 2; i <= 7; i++) value[$1, i, run] = $i }
    function median(name, column,   count, i, j, t, sorted) {
      count = runs[name]
      for (i = 1; i <= count; i++) for (sorted[j = i] = value[name, column, i] + 0; j > 1 && sorted[j] < sorted[j - 1]; j--) {
        t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
      }
      least = sorted[1]; most = sorted[count]
      return sorted[int((count + 1) / 2)]
    }
    END {
      print "| | passed | failed | skipped | wall | least to most | CPU of its processes | CPU of the nodes |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
      for (row = 1; row <= rows; row++) {
        wall = median(name[row], 5); fastest = least; slowest = most
        printf "| %s | %d | %d | %d | %.0f s | %.0f to %.0f s | %.1f s | %.0f s |\n", name[row], median(name[row], 2), median(name[row], 3),
          median(name[row], 4), wall, fastest, slowest, median(name[row], 6), median(name[row], 7)
      }
    }' "$work/runs"
  exit
fi

ACCEPTANCE_CLUSTER=none run ""; offline=$took offline_status=$status
docker inspect "$prefix$role-control-plane" >/dev/null 2>&1 && { echo "the cluster $prefix$role is there already: the first one is measured from nothing" >&2; exit 2; }
run "$live&Name~AC2.2"; first=$(jq -r '([.facts[] | select(.label | endswith(": CoreDNS available")) | .value | capture("(?<seconds>[0-9]+)").seconds | tonumber] | add)
  + (.results[0].duration | split(":") | (.[0] | tonumber) * 3600 + (.[1] | tonumber) * 60 + (.[2] | tonumber))' "$evidence") first_status=$status
jq -r '.facts[] | select(.label | contains(":")) | "  \(.label) \(.value)"' "$evidence"
run "$live&($criteria|$zero_loss)"; rest=$took rest_status=$status
checks "$evidence"
echo
bar "offline half" "$offline" 30 "$offline_status"
bar "cluster from nothing to a pod's name being answered (AC2.2)" "$first" 120 "$first_status"
bar "criteria and zero-loss disruptions on one cluster" "$rest" 480 "$rest_status"
