#!/usr/bin/env bash
# The acceptance suite, the tests and the health controller beside an earlier commit: both are built here and measured in one run. Prints the
# ratio and the verdict of each bar of benchmarks/bars.tsv, and writes docs/benchmarks-beside.md from docs/benchmarks/beside.tsv.
#   benchmarks/beside.sh PART...     a part that was measured replaces its rows in the table; other parts stay
#     start    the controller, from the start of its process to its first probe (two minutes after the builds)
#     load     the controller with many endpoints, today's alone (a minute and a half for each number)
#     tests    .ci/run, and of it the time of the tests that both commits have (a quarter of an hour)
#     suite    criteria and zero-loss disruptions on one cluster of kind, which is made for each (20 minutes)
#     both     criteria and every disruption on all clusters of the definition (an hour and a half)
#     hand     the criteria beside benchmarks/by-hand.sh on one cluster of kind that is kept (10 minutes), today's alone
#   benchmarks/beside.sh --build [FOLDER]  builds what start and suite measure, before the machine is quiet; with BUILT=FOLDER they take it
#   benchmarks/beside.sh --page      writes the page from the table
# BASE=<commit> (none leaves it out), STARTS=20, ENDPOINTS="1000 5000 10000 20000", BUILT=<folder>, ROLE=<cluster of suite and hand>;
# EVIDENCE=<evidence.json> and EVIDENCE_BASE=<evidence.json> take what runs of the suite have left (suite, both), instead of running it.
# start and load use etcd and kube-apiserver where both are on the search path, else a small API server of the tests. The suite's settings
# (ACCEPTANCE_NODE_IMAGE ...) hold as always.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD table=docs/benchmarks/beside.tsv base=${BASE:-477612c} role=${ROLE:-infra}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
page() { awk -F'\t' -f benchmarks/beside.awk benchmarks/bars.tsv "$table" > docs/benchmarks-beside.md; }
fail() { echo "benchmarks/beside.sh: $1" >&2; exit 2; }
[ $# -gt 0 ] || { sed -n '2,17s/^# //p' "$0" >&2; exit 2; }
[ "$1" != --page ] || { page; exit; }

work=$(mktemp -d)
leave() {
  [ -z "$(jobs -p)" ] || kill $(jobs -p) 2>/dev/null || true
  wait 2>/dev/null || true
  for name in ${clusters[@]+"${clusters[@]}"}; do kind delete cluster --name "$name" >/dev/null 2>&1 || true; done
  rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP
clusters=()
case $(uname -m) in x86_64) rid=linux-x64 ;; aarch64) rid=linux-arm64 ;; *) fail "there is no runtime identifier for $(uname -m)" ;; esac
built=${BUILT:-$work/built}
[ "$1" != --build ] || built=$(realpath -m "${2:-${BUILT:-artifacts/beside}}")
has_base() { [ "$base" != none ] && git rev-parse --quiet --verify "$base^{commit}" > "$work/commit"; }

# Each of the following builds once for each folder of builds. The earlier commit lies in $built/then.
sources() { [ -e "$built/then/README.md" ] || { mkdir -p "$built/then"; git archive "$base" | tar -x -C "$built/then"; }; }
quietly() { "$@" > "$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; fail "failed: $*"; }; }
controllers() {
  [ -x "$built/controller-now/PlatformGitOps.Controller" ] ||
    quietly dotnet publish controller --runtime "$rid" -p:PublishAot=true --output "$built/controller-now"
  # As the earlier commit's own build-image made it.
  ! has_base || [ -x "$built/controller-then/PlatformGitOps.Controller" ] || { sources
    quietly dotnet publish "$built/then/controller/Controller.csproj" --configuration Release --runtime "$rid" --self-contained \
      -p:PublishTrimmed=true -p:PublishSingleFile=true -p:PublishReadyToRun=true --output "$built/controller-then"; }
  quietly dotnet build controller/benchmark --configuration Release
}
suites() {
  quietly dotnet build acceptance
  docker image inspect platform-gitops/prober:glibc >/dev/null 2>&1 || quietly acceptance/prober/build-images
  ! has_base || docker image inspect "platform-gitops/prober:$base-glibc" >/dev/null 2>&1 || { sources
    # Its script has one name for its images; today's keep theirs. Without a musl image both suites ask from glibc alone.
    local library own=platform-gitops/prober
    for library in glibc musl; do docker tag "$own:$library" "$own:now-$library" && docker rmi "$own:$library" || true; done > "$work/log" 2>&1
    "$built/then/acceptance/prober/build-images" > "$work/images" 2>&1 || true
    for library in glibc musl; do
      docker tag "$own:$library" "$own:$base-$library" && docker rmi "$own:$library" || true
      docker tag "$own:now-$library" "$own:$library" && docker rmi "$own:now-$library" || true
    done > "$work/log" 2>&1
    docker image inspect "$own:$base-glibc" > "$work/log" 2>&1 || { tail -n 20 "$work/images" >&2; fail "no client image of $base"; }; }
  ! has_base || { sources; quietly dotnet build "$built/then/acceptance"; }
}
if [ "$1" = --build ]; then
  mkdir -p "$built"; controllers; ! command -v docker >/dev/null || suites; echo "built in $built"; exit
fi

described="$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), \
Linux $(uname -r), .NET $(dotnet --version); commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- || echo ' with changes'), $(date --utc +%F); \
load $(cut -d' ' -f1 /proc/loadavg) when it began"
row() { (IFS=$'\t'; echo "$part"$'\t'"$*") >> "$work/rows"; }
seconds() { awk -v from="$1" -v to="$(date +%s%N)" 'BEGIN { printf "%.1f", (to - from) / 1e9 }'; }

# kubeconfig of an API server that has nothing but etcd beside it; empty where the programs are missing
api_server() {
  command -v etcd >/dev/null && command -v kube-apiserver >/dev/null || return 0
  local free; free=$((20000 + RANDOM % 10000))
  openssl genrsa -out "$work/accounts.key" 2048 2> "$work/openssl"
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=benchmark -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$work/api.key" -out "$work/api.crt" 2>> "$work/openssl"
  echo "benchmark,benchmark,benchmark,system:masters" > "$work/tokens.csv"
  etcd --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$free" --advertise-client-urls "http://127.0.0.1:$free" \
    --listen-peer-urls "http://127.0.0.1:$((free + 1))" --unsafe-no-fsync > "$work/etcd.log" 2>&1 &
  kube-apiserver --etcd-servers "http://127.0.0.1:$free" --bind-address 127.0.0.1 --secure-port $((free + 2)) --cert-dir "$work/certs" \
    --tls-cert-file "$work/api.crt" --tls-private-key-file "$work/api.key" \
    --token-auth-file "$work/tokens.csv" --authorization-mode RBAC --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$work/accounts.key" \
    --service-account-signing-key-file "$work/accounts.key" --disable-admission-plugins ServiceAccount > "$work/api.log" 2>&1 &
  for _ in $(seq 240); do
    [ "$(curl --silent --cacert "$work/api.crt" --header 'Authorization: Bearer benchmark' "https://127.0.0.1:$((free + 2))/readyz")" != ok ] || break
    sleep 0.25
  done
  cat > "$work/kubeconfig" <<YAML
{ apiVersion: v1, kind: Config, current-context: here, contexts: [ { name: here, context: { cluster: here, user: here } } ],
  clusters: [ { name: here, cluster: { server: "https://127.0.0.1:$((free + 2))", certificate-authority: "$work/api.crt" } } ],
  users: [ { name: here, user: { token: benchmark } } ] }
YAML
  kube-apiserver --version | sed 's/^/kube-apiserver /; s/Kubernetes //' > "$work/api"
}
benchmark() { dotnet artifacts/bin/Controller.Benchmark/release/PlatformGitOps.Controller.Benchmark.dll --controller "$built/controller-now/PlatformGitOps.Controller" \
  $([ ! -s "$work/kubeconfig" ] || echo --kubeconfig "$work/kubeconfig") "$@"; }
api_named() { [ -s "$work/api" ] && cat "$work/api" || echo "the API server of the tests"; }

start() {
  controllers; [ -s "$work/kubeconfig" ] || api_server
  local beside=(); ! has_base || beside=(--beside "$built/controller-then/PlatformGitOps.Controller" --beside-probes "{deniedNetworks: []}")
  benchmark --endpoints 10 --starts "${STARTS:-20}" ${beside[@]+"${beside[@]}"} > "$work/starts" || fail "$(tail -n 1 "$work/starts")"
  local index program
  for index in 0 1; do
    program=$([ $index = 0 ] && echo today || echo "$base")
    awk -F'\t' -v index_="$index" 'NF == 3 && $1 == index_ { print $2 "\t" $3 }' "$work/starts" | sort -n > "$work/one"
    [ ! -s "$work/one" ] || row "$program" "$(wc -l < "$work/one")" "$(awk '{ ms[NR] = $1; if ($2 > most) most = $2 }
      END { printf "%.0f\t%.0f\t%.0f\t%.0f", ms[int((NR + 1) / 2)], ms[1], ms[NR], most }' "$work/one")" "$(api_named)"
  done
}

load() {
  controllers; [ -s "$work/kubeconfig" ] || api_server
  local endpoints
  for endpoints in ${ENDPOINTS:-1000 5000 10000 20000}; do
    benchmark --endpoints "$endpoints" --seconds 30 > "$work/load" || fail "$(tail -n 1 "$work/load")"
    row "$endpoints" "$(awk '/^checks per second/ { c = $4 } /^of them/ { u = $4 } /^p50/ { p = $4 } /^p99/ { q = $4 } /^processor/ { cpu = $2 } /^memory/ { m = $2 }
      END { printf "%s\t%s\t%s\t%s\t%s\t%s", c, u, p, q, cpu, m }' "$work/load")" "$(api_named)"
  done
}

# results FOLDER: name, start and end in seconds of each passed test of the .trx files below FOLDER
results() {
  find "$1" -name '*.trx' -exec grep -ho '<UnitTestResult [^>]*outcome="Passed"[^>]*>' {} + | awk -v OFS='\t' '
    function attribute(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    function time(text,   part) {
      split(text, part, /[-T:+Z]/)
      return mktime(part[1] " " part[2] " " part[3] " " part[4] " " part[5] " " int(part[6])) + part[6] - int(part[6])
    }
    { printf "%s\t%.3f\t%.3f\n", attribute("testName"), time(attribute("startTime")), time(attribute("endTime")) }' | sort
}
# renamed: the results of the earlier commit's tests on standard input, with the names that these tests have today. A line of a commit that
# changes the name of a method and nothing beside it is a rename.
renamed() {
  git log --reverse --no-merges -p -U0 --format= "$base..HEAD" -- '*.cs' | awk -v OFS='\t' '
    function last(text,   words) { return words[split(text, words, " ")] }
    function method(line) { return match(line, / public (async )?(void|Task|ValueTask) [A-Za-z0-9_]+\(/) ? last(substr(line, RSTART, RLENGTH - 1)) : "" }
    function end() { if (removed == 1 && added == 1 && was != "" && is != "" && was != is) print was, is; removed = added = 0 }
    /^(@@|diff )/ { end(); next }
    /^(---|\+\+\+) / { next }
    /^-/ { removed++; was = method($0) }
    /^\+/ { added++; is = method($0) }
    END { end() }' > "$work/renames"
  awk -F'\t' -v OFS='\t' '
    NR == FNR { was[++n] = $1; is[n] = $2; next }
    { name = $1; sub(/\(.*/, "", name); rest = substr($1, length(name) + 1)
      for (i = 1; i <= n; i++) if (name == was[i]) name = is[i]
      $1 = name rest; print }' "$work/renames" - | sort
}
# classes FOLDER NAMES: the classes of those tests, from the .trx files below FOLDER
classes() {
  find "$1" -name '*.trx' -exec grep -hoE '<(UnitTest|TestMethod) [^>]*>' {} + | awk '
    function attribute(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    /^<UnitTest / { test = attribute("name"); next } { print test "\t" attribute("className") }' |
    awk -F'\t' 'NR == FNR { wanted[$0]; next } $1 in wanted { print $2 }' "$2" - | sort -u
}
# together FILE NAMES: how many of those tests there are, and the seconds in which at least one of them ran
together() {
  awk -F'\t' 'NR == FNR { wanted[$0]; next } $1 in wanted { print $2 "\t" $3 }' "$2" "$1" | sort -n |
    awk -F'\t' '{ if ($1 > until) { sum += $2 - $1; until = $2 } else if ($2 > until) { sum += $2 - until; until = $2 } } END { printf "%.1f", sum }'
}
tests() {
  local from counts
  git clone --quiet --no-local . "$work/now"
  from=$(date +%s%N); (cd "$work/now" && ACCEPTANCE_CLUSTER=none .ci/run) > "$work/now.log" 2>&1 || echo "today's .ci/run failed" >&2
  now=$(seconds "$from"); counts=$(tail -n 1 "$work/now.log"); results "$work/now/artifacts/test-results" > "$work/now.tests"
  : > "$work/then.tests"
  if has_base; then
    mkdir "$work/then"; git archive "$base" | tar -x -C "$work/then"
    # What its .ci/run runs, with the results in files.
    from=$(date +%s%N)
    (cd "$work/then" && ACCEPTANCE_CLUSTER=none dotnet test --logger trx --results-directory "$work/trx") > "$work/then.log" 2>&1 || echo "$base: tests failed" >&2
    local then; then=$(seconds "$from"); results "$work/trx" | renamed > "$work/then.tests"
    [ -s "$work/then.tests" ] || { tail -n 20 "$work/then.log" >&2; fail "$base has no results"; }
  fi
  comm -12 <(cut -f1 "$work/now.tests" | sort -u) <(cut -f1 "$work/then.tests" | sort -u) > "$work/names"
  # The earlier commit's tests had the machine to themselves: today's classes with the same tests run once more, without the others.
  if has_base; then
    classes "$work/now/artifacts/test-results" "$work/names" | sed 's/^/FullyQualifiedName~/' | paste -sd '|' > "$work/filter"
    rm -rf "$work/now/artifacts/test-results"
    (cd "$work/now" && ACCEPTANCE_CLUSTER=none dotnet test --no-build --filter "$(cat "$work/filter")") > "$work/same.log" 2>&1 || echo "today's same tests failed" >&2
    results "$work/now/artifacts/test-results" > "$work/now.tests"
  fi
  row today "$now" "$counts" "$(wc -l < "$work/names")" "$(together "$work/now.tests" "$work/names")"
  ! has_base || row "$base" "$then" "$(wc -l < "$work/then.tests") passed" "$(wc -l < "$work/names")" "$(together "$work/then.tests" "$work/names")"
}

# checks EVIDENCE: cluster and check, seconds, outcome and start of each live result whose cluster and check match $wanted; the earlier commit's
# names are other ones, and its evidence has no starts ("-"), because its checks ran one after the other
checks() {
  jq -r --arg wanted "$wanted" '.results[] | select((.mode // .half) == "live" and ("\(.cluster) \(.check // .row)" | test($wanted)))
    | ["\(.cluster) \(.check // .row)",
    (.duration | split(":") | (.[0] | tonumber) * 3600 + (.[1] | tonumber) * 60 + (.[2] | tonumber)), .outcome,
    (if .startedAt then .startedAt | capture("^(?<second>[^.+]+)(?<rest>[.][0-9]+)?") | (.second + "Z" | fromdateiso8601) + ("0" + (.rest // "") | tonumber)
      else "-" end)] | @tsv' "$1" | sort
}
# took NAMES CHECKS: the seconds in which at least one of the checks of these names ran
took() {
  awk -F'\t' -v OFS='\t' 'NR == FNR { wanted[$0]; next } $1 in wanted { print $4, $2 }' "$1" "$2" | sort -n | awk -F'\t' '
    $1 == "-" { sum += $2; next }
    { end = $1 + $2; from = $1 > until ? $1 : until; if (end > from) { sum += end - from; until = end } }
    END { printf "%.1f", sum }'
}
story="TestCategory=AC1|TestCategory=AC2|TestCategory=AC3|TestCategory=AC4|TestCategory=AC5|TestCategory=AC6"
# live WHO FOLDER FILTER WARM: the suite in FOLDER on clusters of its own. WARM is a filter that makes them first, and is not measured.
live() {
  local who=$1 folder=$2 prefix=beside-$1- library name status=0 from
  export ACCEPTANCE_CLUSTER=kind ACCEPTANCE_PREFIX=$prefix ACCEPTANCE_KEEP_CLUSTERS=true
  if [ "$who" = then ]; then
    export ACCEPTANCE_PROBER_IMAGE=platform-gitops/prober:$base-glibc ACCEPTANCE_PROBER_MUSL_IMAGE=platform-gitops/prober:$base-musl
  else
    unset ACCEPTANCE_PROBER_IMAGE ACCEPTANCE_PROBER_MUSL_IMAGE
  fi
  for name in $(sed -n 's/^  - name: //p' platform.yaml); do clusters+=("$prefix$name"); done
  (cd "$folder" && dotnet test acceptance --no-build --filter "$4") > "$work/warm-$who" 2>&1 || { tail -n 20 "$work/warm-$who" >&2; fail "$who: no cluster"; }
  touch "$work/before"; from=$(date +%s%N)
  (cd "$folder" && dotnet test acceptance --no-build --filter "$3") > "$work/live-$who" 2>&1 || status=$?
  seconds "$from" > "$work/took-$who"
  find "$folder/artifacts/acceptance" -name evidence.json -newer "$work/before" | sort | tail -n 1 > "$work/evidence-$who"
  [ -s "$work/evidence-$who" ] || { tail -n 20 "$work/live-$who" >&2; fail "$who: no evidence (exit code $status)"; }
  checks "$(cat "$work/evidence-$who")" > "$work/checks-$who"
  for name in "${clusters[@]}"; do kind delete cluster --name "$name" > "$work/deleted" 2>&1 || true; done; clusters=()
}
# compared: a row for each side: wall, checks that passed, failed and were skipped, and the seconds of the checks that passed on both sides
compared() {
  local who same
  awk -F'\t' '$3 == "passed" { print $1 }' "$work/checks-now" | sort > "$work/passed"
  same=$work/passed
  if [ -s "$work/checks-then" ]; then
    awk -F'\t' '$3 == "passed" { print $1 }' "$work/checks-then" | sort | comm -12 "$work/passed" - > "$work/same"; same=$work/same
  fi
  for who in now then; do
    [ -s "$work/checks-$who" ] || continue
    row "$([ $who = now ] && echo today || echo "$base")" "$(cat "$work/took-$who")" "$(awk -F'\t' -v OFS='\t' '
      NR == FNR { same[$0]; next } { n[$3 == "passed" || $3 == "failed" ? $3 : "skipped"]++ } ($1 in same) { of++ }
      END { print n["passed"] + 0, n["failed"] + 0, n["skipped"] + 0, of + 0 }' "$same" "$work/checks-$who")" "$(took "$same" "$work/checks-$who")" \
      "$(awk -F'\t' '$3 == "failed" { printf "%s%s", comma, $1; comma = ", " }' "$work/checks-$who")"
    awk -F'\t' -v OFS='\t' -v part="$part-checks" -v who=$who '{ print part, who, $1, $2, $3 }' "$work/checks-$who" >> "$work/rows"
  done
}
of_clusters() { # FILTER WARM
  if [ -n "${EVIDENCE:-}" ]; then
    local who file
    rm -f "$work"/checks-*
    for who in now then; do
      file=$EVIDENCE; [ $who = now ] || file=${EVIDENCE_BASE:-}
      [ -z "$file" ] || { checks "$file" > "$work/checks-$who"; cut -f1 "$work/checks-$who" > "$work/all"; took "$work/all" "$work/checks-$who" > "$work/took-$who"; }
    done
    on="From the evidence of the run $(jq -r .id "$EVIDENCE")$([ -z "${EVIDENCE_BASE:-}" ] || echo " and that of the earlier commit")"
    compared
    return
  fi
  for program in jq kind docker helm; do command -v "$program" >/dev/null || fail "$program is needed"; done
  suites; rm -f "$work"/checks-*
  live now "$here" "$1" "$2"
  ! has_base || live then "$built/then" "$1" "$2"
  compared
}
suite() {
  local wanted="^$role (AC|Disruption[.]([5-9]|10)\$)" zero="Name~Disruption.5 |Name~Disruption.6 |Name~Disruption.7 |Name~Disruption.8 |Name~Disruption.9 |Name~Disruption.10 "
  of_clusters "TestCategory=Live&Name~$role&($story|$zero)" "TestCategory=Live&Name~$role&Name~AC2.2"
}
both() { local wanted='AC|Disruption[.]'; of_clusters "TestCategory=Live&($story|Name~Disruption.)" "TestCategory=Live&Name~AC2.2"; }

hand() {
  ROLE=$role benchmarks/acceptance.sh --beside 3 > "$work/hand" || { tail -n 5 "$work/hand" >&2; fail "benchmarks/acceptance.sh --beside failed"; }
  sed -nE 's/^\| (by hand|suite[^|]*[^ |]) \| (.*) \|$/\1 | \2/p' "$work/hand" | sed 's/ | /\t/g' |
    while IFS= read -r line; do echo "hand"$'\t'"$line"; done >> "$work/rows"
}

for part; do
  case $part in start | load | tests | suite | both | hand) ;; *) fail "'$part' is not start, load, tests, suite, both or hand" ;; esac
done
for part; do
  : > "$work/rows"; on=
  "$part"
  [ -n "$on" ] || on="$described, $(cut -d' ' -f1 /proc/loadavg) when it ended"
  [ -s "$work/rows" ] || fail "$part left no figures"
  touch "$table"
  { awk -F'\t' -v part="$part" '$1 != part && $1 != part "-checks" && !($1 == "#" && $2 == part)' "$table"
    printf '#\t%s\t%s\n' "$part" "$on"; cat "$work/rows"; } | sort -s -t $'\t' -k1,1 > "$work/table"
  cp "$work/table" "$table"
  page
  awk -F'\t' -v only="$part" -f benchmarks/beside.awk benchmarks/bars.tsv "$table"
done
