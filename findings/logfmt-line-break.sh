#!/bin/bash
# logfmt 1.4.0 (npm) and line breaks. Prometheus 2.42.0 (Debian 12) writes its log in this format, with "\n" for a line break in a quoted
# text; logfmt reads that as the letter n, "errors:n  line 3". It writes a text of two lines as two lines, and reads the second as keys of
# another entry. A quotation mark and a backslash survive both ways.
# Seen:  err of Prometheus: "... unmarshal errors:n  line 3: field foo not found ..."; {"a": "one\ntwo"} is written as a=one and two, which
#        is read as {"a": "one"} and {"two": true}
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1
install npm install --silent logfmt@1.4.0
printf '%s\n' 'scrape_configs:' '- job_name: dns' '  foo: 1' > prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:0 >log 2>&1
cat > read.cjs <<'CODE'
const logfmt = require("logfmt"), lines = require("fs").readFileSync(0, "utf8").trimEnd().split("\n");
for (const line of lines) console.log(JSON.stringify(logfmt.parse(line)));
CODE
cat > write.cjs <<'CODE'
console.log(require("logfmt").stringify(JSON.parse(process.argv[2])));
CODE
err='parsing YAML file prometheus.yml: yaml: unmarshal errors:\n  line 3: field foo not found in type config.ScrapeConfig'
same "Prometheus" "$(grep -o 'err=.*' log)" "err=\"$err\""
same "logfmt" "$(grep -o 'err=.*' log | node read.cjs)" "{\"err\":\"${err/\\n/n}\"}"
both() { node write.cjs "$1" > written
  same "$1" "$(paste -sd '|' written)" "$2"
  same "  read again" "$(node read.cjs < written | paste -sd ' ')" "$3"; }
both '{"a":"one two"}' 'a="one two"' '{"a":"one two"}'
both '{"a":"say \"hi\" \\ there"}' 'a="say \"hi\" \\ there"' '{"a":"say \"hi\" \\ there"}'
both '{"a":"one\ntwo"}' 'a=one|two' '{"a":"one"} {"two":true}'
both '{"a":"one\ntwo b=2"}' 'a="one|two b=2"' '{"a":"one"} {"two":true,"b":"2"}'
