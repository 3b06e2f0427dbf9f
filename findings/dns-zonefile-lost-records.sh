#!/bin/bash
# dns-zonefile 0.3.2 (npm) leaves out the records that it does not understand, without an error: a TTL after the class, a TTL with a unit,
# a class in lower case, HTTPS. Where the SOA record is on one line and a TXT record is in parentheses, it leaves out all of them.
# BIND 9.18.49 (Debian bind9-utils) loads each. A zone that is read, changed and written with it loses them.
# Seen:  of plain, class-first, unit, lower and https only plain is read; with "text IN TXT ( one two )" in the file, nothing
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72
install npm install --silent dns-zonefile@0.3.2
printf '%s\n' '$ORIGIN example.org.' '$TTL 300' '@ IN SOA ns hostmaster 1 3600 600 86400 60' '@ IN NS ns' 'ns IN A 192.0.2.1' \
  'plain 60 IN A 192.0.2.2' 'class-first IN 60 A 192.0.2.3' 'unit 1h IN A 192.0.2.4' 'lower in a 192.0.2.5' \
  'https IN HTTPS 1 . alpn=h2' > one
(cat one; printf '%s\n' 'text IN TXT ( "one"' '  "two" )') > two
names() { sed 's/[.[:space:]].*//' | grep -E '^(plain|class-first|unit|lower|text|https)$' | sort -u | xargs; }
cat > names.mjs <<'CODE'
import zonefile from "dns-zonefile"; import { readFileSync } from "node:fs";
const zone = zonefile.parse(readFileSync(process.argv[2], "utf8"));
for (const records of Object.values(zone)) if (Array.isArray(records)) for (const record of records) console.log(record.name);
CODE
same "BIND" "$(named-compilezone -q -o - example.org one | names)" "class-first https lower plain unit"
same "dns-zonefile" "$(node names.mjs one | names)" plain
same "BIND, parentheses" "$(named-compilezone -q -o - example.org two | names)" "class-first https lower plain text unit"
same "dns-zonefile, parentheses" "$(node names.mjs two | names)" ""
