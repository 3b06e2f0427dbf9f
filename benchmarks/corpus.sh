#!/usr/bin/env bash
# lint on the files of public repositories, each a folder of FOLDER: its false and missed findings beside promtool's verdicts, and CPU seconds
# (user and system, the middle one of RUNS runs).
#   benchmarks/corpus.sh FOLDER [repository=path of its first Flux Kustomization ...]
# BASE: the generator's dll of another build, measured in the same run. OUT keeps the trees and the findings.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in promtool /usr/bin/time; do command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }; done
runs=${RUNS:-5} folder=${1:?a folder of repositories}; shift
out=${OUT:-$(mktemp -d)}
[ -n "${OUT:-}" ] || trap 'rm -rf "$out"' EXIT

dotnet build -c Release -v quiet --nologo benchmarks/Benchmarks.csproj
dotnet artifacts/bin/Benchmarks/release/PlatformGitOps.Benchmarks.dll corpus "$folder" "$out" "$@"

# The rule files that promtool refuses.
for tree in rules mutated; do
  (cd "$out/$tree/promtool" && { printf '%s\n' *.yaml | xargs -n 400 promtool check rules 2>&1 || true; }) |
    awk '/^Checking /{file = $2} /FAILED/{print file}' | sort -u > "$out/$tree.refused"
done

for generator in ${BASE:+"$BASE"} artifacts/bin/Generator/release/PlatformGitOps.Generator.dll; do
  echo "$generator"
  verbose=$(dotnet "$generator" lint --help | grep -o -- '--verbose' | head -1 || true)
  for tree in "$out"/*/; do
    name=$(basename "$tree")
    for _ in $(seq "$runs"); do
      /usr/bin/time -a -o "$out/times" -f '%U %S' dotnet "$generator" lint $verbose -f "$tree/platform.yaml" >"$out/$name.findings" 2>/dev/null || true
    done
    cpu=$(grep -E '^[0-9.]+ [0-9.]+$' "$out/times" | awk '{print $1 + $2}' | sort -n | sed -n "$(( (runs + 1) / 2 ))p")
    rm "$out/times"
    echo "  $name: $(grep -cE '^[^ ]+:[0-9]+:[0-9]+: ' "$out/$name.findings" || true) findings, $cpu s cpu"
    if [ -f "$out/$name.refused" ]; then
      grep -oE 'kubernetes/rules/[^:]*\.yaml' "$out/$name.findings" | sed 's:.*/::' | sort -u > "$out/$name.found" || true
      echo "    promtool refuses $(wc -l < "$out/$name.refused"), only lint $(comm -13 "$out/$name.refused" "$out/$name.found" | wc -l)," \
        "only promtool $(comm -23 "$out/$name.refused" "$out/$name.found" | wc -l)"
    fi
  done
done
