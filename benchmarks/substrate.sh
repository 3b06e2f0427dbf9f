#!/usr/bin/env bash
# Measures a substrate's DNS on this machine: Knot and BIND side by side with dnsperf, the generator and the check of a large zone, and verify.sh.
# Writes a table. Needs knot, knot-dnsutils, bind9, bind9-utils, bind9-dnsutils, openssl and dnsperf; the machine should have nothing else to do.
#   benchmarks/substrate.sh
# RECORDS=100000 (of the large zone), ALIASES=50 (in it, where it is verified), VERIFIED=10000 (of the zone that is verified and asked for),
# SECONDS_EACH=30, ROUNDS=3, SLOTS=100 (queries on their way at once; with less than 20 dnsperf itself waits), CLIENTS=8, PORT=10053,
# PLATFORM=<the generator>, OUT=<file>.
set -euo pipefail
cd "$(dirname "$0")/.."
records=${RECORDS:-100000} aliases=${ALIASES:-50} verified=${VERIFIED:-10000} seconds=${SECONDS_EACH:-30} rounds=${ROUNDS:-3}
slots=${SLOTS:-100} clients=${CLIENTS:-8} port=${PORT:-10053} platform=${PLATFORM:-$PWD/platform} out=${OUT:-/dev/stdout}
export PATH=$PATH:/usr/sbin LC_ALL=C
for program in knotd kzonecheck kdig named named-checkzone dig dnsperf openssl; do
  command -v "$program" >/dev/null || { echo "$program is missing: apt-get install knot knot-dnsutils bind9 bind9-utils bind9-dnsutils dnsperf" >&2; exit 2; }
done
[ "$slots" -ge 20 ] || { echo "SLOTS=$slots measures dnsperf and not the servers: give 20 or more" >&2; exit 2; }
work=$(mktemp -d) server=
finish() { if [ -n "$server" ]; then kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; fi; rm -rf "$work"; }
trap finish EXIT

# Milliseconds that a command takes; what it says is in $work/log.
timed() {
  local begun ended
  begun=$(date +%s%N)
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
  ended=$(date +%s%N)
  echo $(((ended - begun) / 1000000))
}
least() { sort -n | head -n 1; }

# A tree with one substrate of so many records, at loopback addresses and without a rate limit: each an entry of the definition, or all in a file.
tree() { # FOLDER SERVER RECORDS [FILE [ALIASES]]
  mkdir -p "$1"
  {
    printf 'repository: { url: "https://github.com/example/platform-gitops.git" }\nsubstrates:\n'
    printf '  - name: main\n    server: %s\n    rateLimit: 0\n    allowedNetworks: [192.168.10.0/24]\n    reverse: [192.0.2.0/24]\n' "$2"
    printf '    primary: { addresses: [192.168.10.1] }\n    secondary: { addresses: [192.168.10.2] }\n'
    if [ -n "${4:-}" ]; then
      printf '    recordsFile: %s\n' "$4"
      awk -v n="$3" 'BEGIN { for (i = 1; i <= n; i++) printf "r%d A 10.%d.%d.%d\n", i, i / 65536, i / 256 % 256, i % 256 }' >"$1/$4"
    else
      printf '    records:\n'
      awk -v n="$3" 'BEGIN { for (i = 1; i <= n; i++) printf "      - { name: r%d, addresses: [10.%d.%d.%d] }\n", i, i / 65536, i / 256 % 256, i % 256 }'
    fi
    if [ "${5:-0}" -gt 0 ]; then
      printf '    aliases:\n'
      awk -v n="$3" -v m="$5" 'BEGIN { for (i = 1; i <= m; i++) printf "      - { name: alias%d, target: r%d }\n", i, int(i * n / m) }'
    fi
    printf 'clusters:\n  - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }\n'
  } >"$1/platform.yaml"
}
# shellcheck disable=SC2086 # A command with its arguments.
generate() { $platform generate --quiet --definition "$1/platform.yaml"; }
here() {
  find "$1/substrate" -type f -exec sed -i -e 's/192\.168\.10\./127.0.0./g' \
    -e "s/@53\"/@$port\"/g" -e "s/port 53 /port $port /g" -e "s/settings_port='53'/settings_port='$port'/" {} +
}

row() { printf '| %s | %s | %s |\n' "$@" >>"$work/table"; }
printf '| what | measured | asked for |\n| --- | --- | --- |\n' >"$work/table"
for way in file entries; do
  echo "a zone of $records records, as $way" >&2
  folder=$work/large-$way
  if [ "$way" = file ]; then tree "$folder" knot "$records" hosts.zone; else tree "$folder" knot "$records"; fi
  made=$(for _ in $(seq "$rounds"); do rm -rf "$folder/substrate" "$folder/kubernetes"; timed generate "$folder"; done | least)
  zone=$folder/substrate/main/dns/zones/globular.internal.zone
  [ "$(grep -c ' IN A 10\.' "$zone")" -eq "$records" ] || { echo "the zone does not have $records records" >&2; exit 1; }
  checked=$(for _ in $(seq "$rounds"); do timed kzonecheck -o globular.internal "$zone"; done | least)
  row "generating a zone of $records records, and all else of the tree, from $([ "$way" = file ] && echo recordsFile || echo entries of records)" \
    "$made ms" "-"
  row "\`kzonecheck\` of it" "$checked ms" "-"
  row "both, against \`kzonecheck\` alone" "$(awk -v a="$made" -v b="$checked" 'BEGIN { printf "%.1f", (a + b) / b }') times" \
    "$([ "$way" = file ] && echo "at most 3 times" || echo -)"
done

# Installs a host of a tree, and starts its server: the process is in $server.
serve() { # FOLDER PROGRAM RECORDS
  here "$1"
  mkdir "$1/root"
  sh "$1/substrate/main/dns/scripts/install.sh" --root "$1/root" --role primary >"$work/log" || { cat "$work/log" >&2; exit 1; }
  case $2 in
    knot) knotd -c "$1/root/etc/globular-dns/knot.conf" >"$work/server" 2>&1 & ;;
    bind) named -f -c "$1/root/etc/bind/globular-dns/named.conf" >"$work/server" 2>&1 & ;;
  esac
  server=$!
  for _ in $(seq 300); do
    [ -z "$(dig @127.0.0.1 -p "$port" +short +time=1 +tries=1 "r$3.globular.internal" A)" ] || return 0
    kill -0 "$server" 2>/dev/null || { tail "$work/server" >&2; exit 1; }
    sleep 0.1
  done
  echo "$2 does not answer after 30 s" >&2
  exit 1
}
stop() { kill "$server"; wait "$server" || true; server=; }
verify() { for _ in $(seq "$rounds"); do timed sh "$1/substrate/main/dns/scripts/verify.sh" --root "$1/root"; done | least; }

awk -v n="$verified" 'BEGIN { srand(1); for (i = 0; i < 100000; i++) printf "r%d.globular.internal A\n", 1 + int(rand() * n) }' >"$work/queries"
for program in knot bind; do
  echo "$program" >&2
  folder=$work/$program
  tree "$folder" "$program" "$verified"
  generate "$folder" >"$work/log" || { cat "$work/log" >&2; exit 1; }
  serve "$folder" "$program" "$verified"
  took=$(verify "$folder")
  row "\`verify.sh\` of $verified records, $program" "$took ms" "less than 2000 ms"
  best=0 lost=0
  for _ in $(seq "$rounds"); do
    dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -l "$seconds" -q "$slots" -c "$clients" >"$work/perf"
    rate=$(awk '/Queries per second:/ { print int($4) }' "$work/perf")
    lost=$((lost + $(awk '/Queries lost:/ { print $3 }' "$work/perf")))
    codes=$(awk '/Response codes:/ { sub(/.*codes: */, ""); print }' "$work/perf")
    case $codes in "NOERROR "*"(100.00%)") ;; *) echo "not every answer is NOERROR: $codes" >&2; exit 1 ;; esac
    [ "$rate" -le "$best" ] || best=$rate
  done
  row "$program: queries/s, the best of $rounds rounds of $seconds s, $slots at once ($lost lost)" "$best" \
    "$([ "$program" = knot ] && echo "50000, the guide's claim" || echo -)"
  stop
  tree "$folder-large" "$program" "$records" hosts.zone "$aliases"
  generate "$folder-large" >"$work/log" || { cat "$work/log" >&2; exit 1; }
  serve "$folder-large" "$program" "$records"
  took=$(verify "$folder-large")
  row "\`verify.sh\` of $records records and $aliases aliases, $program" "$took ms" "-"
  stop
  eval "rate_$program=$best"
done
# shellcheck disable=SC2154 # Set above.
row "Knot against BIND" "$(awk -v a="$rate_knot" -v b="$rate_bind" 'BEGIN { printf "%.1f", a / b }') times" "at least 1.5 times"
{ printf '%s; %s; %s; dnsperf on the same machine, %s\n\n' "$(nproc) processors" "$(knotd -V | head -n 1)" "$(named -v)" "$(date -u +%Y-%m-%d)"; cat "$work/table"; } >"$out"
