#!/bin/bash
# @sigyn/logql 2.2.0 (npm) reads a query of Loki and writes another one, without an error. Of two line filters, the one with a pattern is
# gone. A label in the selector that differs from a text adds a line filter with that text. A query with a stage and no line filter gets
# itself, as a text, for a line filter, which no line passes. @grafana/lezer-logql 0.3.0 (npm) reads each query before and after.
# Seen:  {app="dns"} |~ "a|b" != "c": {app="dns"} != `c`; {app="dns", zone!="lab"}: {app="dns",zone!="lab"} != `lab`; {app="dns"} | json:
#        {app="dns"} |= `{app="dns"} | json` | json; one filter with |= in backquotes stays as it is
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent @sigyn/logql@2.2.0 @grafana/lezer-logql@0.3.0 @lezer/lr@1.4.12 @lezer/highlight@1.2.5
cat > again.mjs <<'CODE'
import { LogQL } from "@sigyn/logql"; import { parser } from "@grafana/lezer-logql";
const valid = query => { let good = true; parser.parse(query).iterate({ enter: node => { good &&= !node.type.isError; } }); return good; };
const query = process.argv[2], written = new LogQL(query).toString();
console.log(valid(query) && valid(written) ? written : "not valid");
CODE
again() { same "$1" "$(node again.mjs "$1")" "$2"; }
again '{app="dns"} |= `a`' '{app="dns"} |= `a`'
again '{app="dns"} |~ "a|b" != "c"' '{app="dns"} != `c`'
again '{app="dns", zone!="lab"}' '{app="dns",zone!="lab"} != `lab`'
again '{app="dns"} | json' '{app="dns"} |= `{app="dns"} | json` | json'
again '{app="dns"} |= `a` | json' '{app="dns"} |= `a` | json'
again '{app="dns"} | logfmt | line_format "{{.msg}}"' '{app="dns"} |= `{app="dns"} | logfmt | line_format "{{.msg}}"` | logfmt'
