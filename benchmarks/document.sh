#!/usr/bin/env bash
# Measures whole processes side by side and writes docs/benchmarks.md with its pictures (docs/benchmarks/*.svg): the generator beside an earlier
# commit, tar, kubectl kustomize, helm and cdk8s, as far as they are at hand. Takes about ten minutes; the machine should have nothing else to do.
#   benchmarks/document.sh
# RUNS=7, CLUSTERS=1000, BASE=<commit> (the earlier commit, built in a folder of its own; "none" leaves it out), CHART=<folder of the coredns
# chart, for helm>, OUT=<folder> (instead of docs/).
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${RUNS:-7} clusters=${CLUSTERS:-1000} base=${BASE:-477612c} out=$(realpath -m "${OUT:-docs}")
cdk8s=cdk8s@2.70.98 constructs=constructs@10.4.5
for program in /usr/bin/time tar awk git; do
  command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }
done
work=$(mktemp -d); trap 'rm -rf "$work"; git worktree prune' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 GIT_CONFIG_GLOBAL=/dev/null

echo "building" >&2
./platform --version > "$work/version"
native=$PWD/artifacts/native/PlatformGitOps.Generator
dotnet build -c Release --verbosity quiet --nologo benchmarks/Benchmarks.csproj >&2
managed="dotnet $PWD/artifacts/bin/Generator/release/PlatformGitOps.Generator.dll"
earlier=
if [ "$base" != none ] && git rev-parse --quiet --verify "$base^{commit}" > "$work/base"; then
  git archive "$(cat "$work/base")" --prefix=base/ | tar -x -C "$work"
  dotnet build -c Release --verbosity quiet --nologo "$work/base/generator" >&2
  earlier="dotnet $(find "$work/base" -path '*/bin/Generator/release/PlatformGitOps.Generator.dll' | head -n 1)"
fi
sample=$work/sample fleet=$work/fleet
mkdir "$sample" "$fleet"
cp platform.yaml "$sample"
dotnet artifacts/bin/Benchmarks/release/PlatformGitOps.Benchmarks.dll fleet "$clusters" > "$fleet/platform.yaml"
for tree in "$sample" "$fleet"; do
  (cd "$tree" && "$native" --quiet && git init --quiet && git add --all && git -c user.name=b -c user.email=b@example.com commit --quiet --message=tree)
done
tar -cf "$work/fleet.tar" -C "$fleet" kubernetes
files=$(find "$fleet/kubernetes" -name '*.yaml' | wc -l)
sleep 4
"$native" --quiet -f "$sample"; "$native" --quiet -f "$fleet"

# The same objects as the fleet has files, each with about the same bytes, in one file for each cluster.
if command -v node >/dev/null && (cd "$work" && npm install --silent --no-audit --no-fund "$cdk8s" "$constructs" >/dev/null 2>&1); then
  cat > "$work/app.js" <<'JS'
const { App, Chart, ApiObject } = require('cdk8s');
const app = new App({ outdir: process.argv[2] });
for (let i = 0; i < Number(process.argv[3]); i++) {
  const chart = new Chart(app, `cluster-${i}`);
  for (let k = 0; k < 5; k++) {
    const data = {};
    for (let n = 0; n < 16; n++) data[`SETTING_${n}`] = `value ${n} of cluster ${i}`;
    new ApiObject(chart, `o${k}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `settings-${k}`, namespace: 'flux-system' }, data });
  }
}
app.synth();
JS
else
  echo "npm or node is missing: no cdk8s" >&2; cdk8s=
fi

# one WORK PROGRAM TIMES BEFORE COMMAND: a line "work, program, wall, CPU, MB" for each run; a short command runs TIMES times in one measurement.
one() {
  local before=$4 script
  eval "$before"
  script='for _ in $(seq '"$3"'); do '"$5"' >/dev/null 2>&1; done'
  [ "$3" -gt 1 ] || script="exec $5 >/dev/null 2>&1"
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' bash -c "$script" || true
  tail -n 1 "$work/time" | awk -v w="$1" -v p="$2" -v n="$3" -v OFS='\t' '{ print w, p, $1 / n, ($2 + $3) / n, $4 / 1024 }' >> "$work/runs"
}

all() {
  local same="the sample, two clusters: nothing to write" many="$clusters clusters: nothing to write"
  local fresh="$clusters clusters: a fresh tree, $files files" first; first=$(ls "$sample/kubernetes/clusters" | head -n 1)
  one "$same" "native" 20 : "$native -f $sample"
  one "$same" "with the runtime" 3 : "$managed check -f $sample"
  one "$same" "native, check" 20 : "$native check -f $sample"
  [ -z "$earlier" ] || one "$same" "$base" 3 : "$earlier -f $sample"
  ! command -v kubectl >/dev/null || one "$same" "kubectl kustomize of one cluster" 5 : "kubectl kustomize $sample/kubernetes/clusters/$first"
  [ -z "${CHART:-}" ] || ! command -v helm >/dev/null || one "$same" "helm template of the coredns chart" 5 : "helm template coredns $CHART"
  one "$many" "native" 5 : "$native -f $fleet"
  one "$many" "native, check" 1 : "$native check -f $fleet"
  [ -z "$earlier" ] || one "$many" "$base" 1 : "$earlier -f $fleet"
  local empty="rm -rf $work/new; mkdir $work/new; cp $fleet/platform.yaml $work/new; sync"
  one "$fresh" "tar -x" 1 "$empty" "tar -xf $work/fleet.tar -C $work/new"
  one "$fresh" "native" 1 "$empty" "$native -f $work/new"
  one "$fresh" "with the runtime" 1 "$empty" "$managed -f $work/new"
  [ -z "$earlier" ] || one "$fresh" "$base" 1 "$empty" "$earlier -f $work/new"
  [ -z "$cdk8s" ] || one "$fresh" "cdk8s" 1 "$empty" "env NODE_PATH=$work/node_modules node $work/app.js $work/new/dist $clusters"
  for command in lint graph plan; do
    one "$clusters clusters: $command" "native" 1 : "$native $command -f $fleet"
    [ -z "$earlier" ] || one "$clusters clusters: $command" "$base" 1 : "$earlier $command -f $fleet"
  done
}

load=$(cut -d' ' -f1 /proc/loadavg)
for run in $(seq "$runs"); do echo "run $run of $runs" >&2; all; done

# Medians and spread of the CPU seconds, in the order of the first run.
awk -F'\t' -v OFS='\t' '
  { key = $1 FS $2; if (!(key in n)) order[++keys] = key; i = ++n[key]; wall[key, i] = $3; cpu[key, i] = $4; memory[key, i] = $5 }
  function median(of, key, count,   i, j, t, v) {
    for (i = 1; i <= count; i++) v[i] = of[key, i]
    for (i = 2; i <= count; i++) for (j = i; j > 1 && v[j] < v[j - 1]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
    least = v[1]; most = v[count]
    return v[int((count + 1) / 2)]
  }
  END {
    for (k = 1; k <= keys; k++) {
      key = order[k]; w = median(wall, key, n[key]); m = median(memory, key, n[key]); c = median(cpu, key, n[key])
      printf "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.0f\n", key, c, least, most, w, m
    }
  }' "$work/runs" > "$work/medians"

mkdir -p "$out/benchmarks"
# picture NAME THEME: bars of the CPU seconds of one work
picture() {
  local ink=#1f2328 soft=#59636e bar=#8c959f own=#0969da; [ "$2" = light ] || { ink=#e6edf3 soft=#9198a1 bar=#6e7681 own=#4493f8; }
  awk -F'\t' -v title="$3" -v ink="$ink" -v soft="$soft" -v bar="$bar" -v own="$own" '
    $1 == title { name[++rows] = $2; value[rows] = $3; if ($3 > top) top = $3 }
    END {
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 %d\" font-family=\"system-ui, sans-serif\" font-size=\"14\">\n", 44 + rows * 30
      printf "<text x=\"0\" y=\"18\" fill=\"%s\" font-weight=\"600\">%s</text><text x=\"720\" y=\"18\" text-anchor=\"end\" fill=\"%s\">CPU seconds, median</text>\n", ink, title, soft
      for (i = 1; i <= rows; i++) {
        y = 34 + (i - 1) * 30; width = top > 0 ? value[i] / top * 380 : 0; if (width < 2) width = 2
        printf "<text x=\"250\" y=\"%d\" text-anchor=\"end\" fill=\"%s\">%s</text><rect x=\"260\" y=\"%d\" width=\"%.1f\" height=\"18\" rx=\"3\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\" fill=\"%s\">%s</text>\n",
          y + 14, ink, name[i], y, width, name[i] == "native" ? own : bar, 268 + width, y + 14, ink, value[i]
      }
      print "</svg>"
    }' "$work/medians" > "$out/benchmarks/$1-$2.svg"
}

{
  cat <<MD
# Benchmarks

\`benchmarks/document.sh\` measured this and wrote this page. Whole processes; CPU seconds are those of the operating system, user and system;
$runs runs, in which all programs take turns. Ratios hold elsewhere, absolute figures move with the machine.

| | |
| --- | --- |
| machine | $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r) |
| load when it began, and when it ended | $load, $(cut -d' ' -f1 /proc/loadavg) |
| generator | $(cat "$work/version") |
| .NET | $(dotnet --version) |
| beside it | $(tar --version | head -n 1)$(! command -v kubectl >/dev/null || printf ', kubectl %s' "$(kubectl version --client 2>/dev/null | awk '/Client/ { print $3 }')")$(! command -v helm >/dev/null || printf ', helm %s' "$(helm version --template '{{.Version}}' 2>/dev/null)")$([ -z "$cdk8s" ] || printf ', %s on node %s' "$cdk8s" "$(node --version)") |
| earlier commit | $([ -n "$earlier" ] && printf '%s, with the runtime' "$base" || printf 'not measured') |

"native" is what a release has and \`./platform\` runs: one file, compiled ahead of time. \`check\` reads and compares every file; \`generate\` does not
where [nothing changed](ownership.md).
MD
  number=0
  cut -f1 "$work/medians" | awk '!seen[$0]++' | while IFS= read -r title; do
    number=$((number + 1))
    picture "$number" light "$title"; picture "$number" dark "$title"
    printf '\n## %s\n\n' "${title^}"
    printf '<picture><source media="(prefers-color-scheme: dark)" srcset="benchmarks/%s-dark.svg"><img alt="CPU seconds" src="benchmarks/%s-light.svg"></picture>\n\n' "$number" "$number"
    printf '| program | CPU, median | least to most | wall | peak memory | CPU, native to this |\n| --- | --- | --- | --- | --- | --- |\n'
    awk -F'\t' -v title="$title" '
      $1 == title { if ($2 == "native") own = $3; name[++rows] = $2; cpu[rows] = $3; line[rows] = sprintf("%s s | %s to %s s | %s s | %s MB", $3, $4, $5, $6, $7) }
      END { for (i = 1; i <= rows; i++) printf "| %s | %s | %s |\n", name[i], line[i], (cpu[i] > 0 ? sprintf("%.2f", own / cpu[i]) : "") }' "$work/medians"
  done
  cat benchmarks/elsewhere.md
} > "$work/page.md"
cp "$work/page.md" "$out/benchmarks.md"
echo "$out/benchmarks.md" >&2
