#!/bin/bash
# A TOML file, read and written again by five libraries of npm. @iarna/toml 3.0.0 writes 1e-7 as "1e-7.undefined", and of two escape
# characters in a text the second one as it is, which no reader takes; it cannot read a local time that is not at the end of the file. It,
# smol-toml 1.9.1, js-toml 2.0.1 and @decimalturn/toml-patch 3.3.0 write 1.0 as 1, an integer. Of a time with microseconds, three keep the
# milliseconds. @ltd/j-toml 1.38.0 keeps each. Reader of what they write: tomllib of Python 3.11 (Debian 12).
# Seen:  in the order iarna, smol, js, patch, ltd: 1.0: int from four, float; 1e-7: error, and the number from the others; two escape
#        characters: error, and the text; 123456 microseconds: 123000 123000 123000 123456 123456; local time: error, and the time
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent @iarna/toml@3.0.0 smol-toml@1.9.1 js-toml@2.0.1 @decimalturn/toml-patch@3.3.0 @ltd/j-toml@1.38.0
cat > again.mjs <<'CODE'
import iarna from "@iarna/toml"; import ltd from "@ltd/j-toml"; import * as smol from "smol-toml"; import { load, dump } from "js-toml";
import * as patch from "@decimalturn/toml-patch"; import { readFileSync } from "node:fs";
const again = { iarna: text => iarna.stringify(iarna.parse(text)), smol: text => smol.stringify(smol.parse(text)),
  js: text => dump(load(text)), patch: text => patch.stringify(patch.parse(text)),
  ltd: text => ltd.stringify(ltd.parse(text, { joiner: "\n" }), { newline: "\n" }) };
try { console.log(again[process.argv[2]](readFileSync("file.toml", "utf8"))); } catch { console.log("not read"); }
CODE
cat > value.py <<'CODE'
import sys, tomllib
try: value = tomllib.loads(sys.stdin.read())["a"]; print(type(value).__name__, ascii(str(value)))
except Exception: print("error")
CODE
five() { title=$1; printf '%s\n' "$2" > file.toml; shift 2
  for library in iarna smol js patch ltd; do
    same "$title, $library" "$(node again.mjs $library | /usr/bin/python3 value.py)" "$1"; shift
  done; }
five "1.0" 'a = 1.0' "int '1'" "int '1'" "int '1'" "int '1'" "float '1.0'"
five "1e-7" 'a = 1e-7' error "float '1e-07'" "float '1e-07'" "float '1e-07'" "float '1e-07'"
text="str '\\x1b[1mx\\x1b[0m'"
five "escape characters" 'a = "\u001b[1mx\u001b[0m"' error "$text" "$text" "$text" "$text"
moment="datetime '2026-12-01 03:00:00.123456+00:00'"; shorter="datetime '2026-12-01 03:00:00.123000+00:00'"
five "microseconds" 'a = 2026-12-01T03:00:00.123456Z' "$shorter" "$shorter" "$shorter" "$moment" "$moment"
five "local time" "$(printf 'a = 03:00:00\nb = 1')" error "time '03:00:00'" "time '03:00:00'" "time '03:00:00'" "time '03:00:00'"
