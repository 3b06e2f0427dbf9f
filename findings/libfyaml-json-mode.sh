#!/bin/bash
# fy-tool --mode json-oneline of libfyaml 0.7.12 (Debian 12) makes JSON of a YAML file, and a plain scalar that JSON itself would not read
# becomes a text: ~ is "~", True is "True", 0x10 is "0x10", and so are +1, .5 and 0o17. For yaml 2.8.2 (npm) and YAML 1.2 they are null,
# true, 16, 1, 0.5 and 15. So a field that is set to ~, to leave it to the default, has the text "~". An empty value is null for both.
# Seen:  in the order fy-tool, yaml: ~: "~", null; empty: null, null; True: "True", true; 0x10: "0x10", 16; +1: "+1", 1; .5: ".5", 0.5; true
#        and 53 are the same for both
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian libfyaml-utils=0.7.12-2 libfyaml0=0.7.12-2
install npm install --silent yaml@2.8.2
cat > read.cjs <<'CODE'
console.log(JSON.stringify(require("yaml").parse(require("fs").readFileSync("file.yaml", "utf8"))));
CODE
both() { printf 'a: %s\n' "$1" > file.yaml; same "${1:-empty}" "$(fy-tool --dump --mode json-oneline file.yaml)" "{\"a\": $2}"
  same "  yaml" "$(node read.cjs)" "{\"a\":$3}"; }
both true true true
both 53 53 53
both "" null null
both null null null
both '~' '"~"' null
both True '"True"' true
both 0x10 '"0x10"' 16
both 0o17 '"0o17"' 15
both +1 '"+1"' 1
both .5 '".5"' 0.5
