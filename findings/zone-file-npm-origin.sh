#!/bin/bash
# One valid zone file, three libraries for zone files (npm): zone-file 1.0.0, @fungible-systems/zone-file 2.0.0 and dnsz 4.5.2, against
# named-compilezone of BIND 9.18.49 (Debian 12). A second $ORIGIN is taken for the whole file by the first two, so www is
# www.sub.example.org; dnsz keeps the owners and moves the targets. "$TTL 1h" is one second for two. A line without an owner makes the
# owner "IN" for two. "v=DKIM1; k=rsa" ends at its semicolon, and the second text of a record and CAA records are left out, by two. For
# dnsz, "IN 60 A" is a record of type IN with the text "60 A 192.0.2.4". No error from any.
# Seen:  in the order zone-file, the other one, dnsz, BIND: www: www.sub, www.sub, www, www; its second address: IN.sub, IN.sub, www, www;
#        api: api.sub, api.sub, none, api; host for mail: relay.sub, relay.sub, relay.sub, relay; TTL: 1, 1, 3600, 3600;
#        text: v=DKIM1, v=DKIM1, whole, whole; CAA: 0, 0, 1, 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 \
  libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72
install npm install --silent zone-file@1.0.0 @fungible-systems/zone-file@2.0.0 dnsz@4.5.2
cat > zone <<'ZONE'
$ORIGIN example.org.
$TTL 1h
@ IN SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 60
@ IN NS ns.example.org.
ns IN A 192.0.2.1
www IN A 192.0.2.2
    IN A 192.0.2.3
api IN 60 A 192.0.2.4
mail IN MX 10 relay
relay IN A 192.0.2.5
text IN TXT "v=DKIM1; k=rsa" "two"
authority IN CAA 0 issue "ca.example.org"
$ORIGIN sub.example.org.
host IN A 192.0.2.7
ZONE
cat > read.mjs <<'CODE'
import { createRequire } from "node:module"; import { readFileSync } from "node:fs";
const require = createRequire(import.meta.url), zone = readFileSync("zone", "utf8"), which = process.argv[2];
let records, ttl;
if (which === "dnsz") {
  const { parseZone } = await import("dnsz"), all = parseZone(zone); ttl = all.ttl;
  // A target without a dot at its end is below the origin that the library says
  const full = text => text.endsWith(".") ? text.slice(0, -1) : `${text}.${all.origin}`;
  records = all.records.map(({ name, type, content }) => ({ name, type, value: type === "MX" ? full(content.slice(3)) : content }));
} else {
  const all = require(which).parseZoneFile(zone), origin = all.$origin.slice(0, -1), full = text => `${text}.${origin}`; ttl = all.$ttl;
  records = [...all.a.map(({ name, ip }) => ({ name: full(name), type: "A", value: ip })),
    ...all.mx.map(({ name, host }) => ({ name: full(name), type: "MX", value: full(host) })),
    ...all.txt.map(({ name, txt }) => ({ name: full(name), type: "TXT", value: txt })),
    ...(all.caa ?? []).map(({ name }) => ({ name: full(name), type: "CAA" }))];
}
const owner = address => records.find(({ type, value }) => type === "A" && value === address)?.name ?? "none";
const values = type => records.filter(record => record.type === type).map(({ value }) => value).join(" ");
console.log([owner("192.0.2.2"), owner("192.0.2.3"), owner("192.0.2.4"), values("MX"), ttl, values("TXT"),
  records.filter(({ type }) => type === "CAA").length].join("\n"));
CODE
named-compilezone -i none -k ignore -n ignore -o compiled example.org zone >log 2>&1 || { cat log; exit 2; }
bind() { awk -v type="$1" -v data="$2" '$4 == type && index($0, data) {sub(/\.$/, "", $1); print $1}' compiled; }
{ bind A 192.0.2.2; bind A 192.0.2.3; bind A 192.0.2.4; awk '$4 == "MX" {sub(/\.$/, "", $6); print $6}' compiled
  awk '$4 == "NS" {print $2}' compiled; awk -F'TXT' '/TXT/ {sub(/^[\t ]+/, "", $2); print $2}' compiled; grep -c CAA compiled; } > seen4
node read.mjs zone-file > seen1; node read.mjs @fungible-systems/zone-file > seen2; node read.mjs dnsz > seen3
line=0
four() { line=$((line + 1)); n=0; for reader in zone-file @fungible-systems/zone-file dnsz BIND; do n=$((n + 1))
    same "$1, $reader" "$(sed -n ${line}p seen$n)" "${@:n+1:1}"; done; }
name() { echo "$1.example.org"; }
four "owner of 192.0.2.2" "$(name www.sub)" "$(name www.sub)" "$(name www)" "$(name www)"
four "owner of 192.0.2.3" "$(name IN.sub)" "$(name IN.sub)" "$(name www)" "$(name www)"
four "owner of 192.0.2.4" "$(name api.sub)" "$(name api.sub)" none "$(name api)"
four "host for mail" "$(name relay.sub)" "$(name relay.sub)" "$(name relay.sub)" "$(name relay)"
four "TTL" 1 1 3600 3600
whole='"v=DKIM1; k=rsa" "two"'; four "text" "v=DKIM1" "v=DKIM1" "$whole" "$whole"
four "CAA records" 0 0 1 1
