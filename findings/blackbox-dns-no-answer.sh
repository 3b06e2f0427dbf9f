#!/bin/bash
# probe_success of the DNS prober is 1 without an answer: blackbox_exporter of Debian 12 (prometheus-blackbox-exporter 0.23.0-4+b4) looks at
# the response code alone, and NOERROR is also "no such type", a referral, and a truncated answer, of which it does not ask the rest. So
# a record that was deleted stays green while its name has another one. A regular expression for the answer must have tabs between type
# and value: "A 192.0.2.1" never matches. Server: Knot DNS 3.2.6 (Debian 12).
# Seen:  success and records: an address 1 1; only a TXT record 1 0; below a delegation 1 0; 60 addresses 1 0, with TCP 1 60; nothing 0 0;
#        "A 192.0.2.1" 0, "A\t192.0.2.1" 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian prometheus-blackbox-exporter=0.23.0-4+b4 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liblmdb0 liburcu8 \
  libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0 libfstrm0 libprotobuf-c1
{ printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'deleted TXT "a"' 'sub NS ns.sub' \
    'ns.sub A 192.0.2.2'; for pod in $(seq 60); do echo "many A 192.0.2.$pod"; done; } > zone
printf '%s\n' server: "  rundir: $work" "  listen: 127.0.0.1@$port" database: "  storage: $work/knot" zone: '  - domain: example.org' \
  "    storage: $work" '    file: zone' > knot.conf
knotd -c knot.conf >log 2>&1 & pids+=($!)
module() { echo "  $1: {prober: dns, timeout: 5s, dns: {query_name: $2.example.org, query_type: A${3:+, $3}}}"; }
{ echo modules:; module address ns; module deleted deleted; module referral x.sub; module many many
  module tcp many 'transport_protocol: tcp'
  module nothing nothing; module blank ns 'validate_answer_rrs: {fail_if_not_matches_regexp: ["A 192.0.2.1"]}'
  module tab ns 'validate_answer_rrs: {fail_if_not_matches_regexp: ["A\t192.0.2.1"]}'; } > modules.yml
prometheus-blackbox-exporter --config.file=modules.yml --web.listen-address=127.0.0.1:$((port + 1)) >log2 2>&1 & pids+=($!)
probe() { curl --silent --fail "http://127.0.0.1:$((port + 1))/probe?module=$1&target=127.0.0.1:$port" > page || return
  sed -n 's/^probe_success //p' page; sed -n 's/^probe_dns_answer_rrs //p' page; }
eventually eval '[ "$(probe address | head -n 1)" = 1 ]'
result() { same "$1" "$(probe $1 | xargs)" "$2"; }
result address "1 1"; result deleted "1 0"; result referral "1 0"; result many "1 0"; result tcp "1 60"; result nothing "0 0"
result blank "0 1"; result tab "1 1"
