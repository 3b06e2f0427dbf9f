#!/usr/bin/env bash
# Whole runs of the generator: wall seconds, CPU seconds and peak memory, for a fresh tree, a second run and a check,
# and on the same tree `kubectl kustomize` over all clusters. The middle one of RUNS runs is printed.
#   benchmarks/process.sh [clusters ...]      default: 2 100 1000
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${RUNS:-5}
[ $# -gt 0 ] || set -- 2 100 1000
command -v /usr/bin/time >/dev/null || { echo "GNU time is needed (Debian: apt-get install time)" >&2; exit 2; }

dotnet build -c Release -v quiet --nologo benchmarks/Benchmarks.csproj
generator=(dotnet artifacts/bin/Generator/release/PlatformGitOps.Generator.dll)
fleet=(dotnet artifacts/bin/Benchmarks/release/PlatformGitOps.Benchmarks.dll fleet)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# measure NAME BEFORE COMMAND...: the run with the middle wall time
measure() {
  local name=$1 before=$2; shift 2
  for _ in $(seq "$runs"); do
    eval "$before"
    /usr/bin/time -a -o "$work/times" -f '%e %U %S %M' "$@" >/dev/null
  done
  sort -n "$work/times" | sed -n "$(( (runs + 1) / 2 ))p" |
    awk -v name="$name" '{ printf "  %-34s %6.2f s wall  %6.2f s cpu  %6.0f MB\n", name, $1, $2 + $3, $4 / 1024 }'
  rm "$work/times"
}

kustomize_all() { for cluster in "$1"/kubernetes/clusters/*/; do kubectl kustomize "$cluster"; done; }
export -f kustomize_all

for clusters in "$@"; do
  tree=$work/$clusters; mkdir "$tree"
  "${fleet[@]}" "$clusters" > "$tree/platform.yaml"
  echo "$clusters clusters"
  measure "generate, fresh tree" "rm -rf '$tree/kubernetes'" "${generator[@]}" -f "$tree/platform.yaml"
  echo "  $(find "$tree/kubernetes" -name '*.yaml' | wc -l) files"
  measure "generate, nothing to write" : "${generator[@]}" -f "$tree/platform.yaml"
  measure "check" : "${generator[@]}" check -f "$tree/platform.yaml"
  if command -v kubectl >/dev/null; then
    runs=1 measure "kubectl kustomize, every cluster" : bash -c "kustomize_all '$tree'"
  else
    echo "  kubectl is missing: no comparison"
  fi
done
