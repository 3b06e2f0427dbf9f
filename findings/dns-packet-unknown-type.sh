#!/bin/bash
# dns-packet 5.6.1 (npm) has no names for SVCB and HTTPS, and encodes a question of type HTTPS, of TYPE65 or of any typing mistake as type 0
# without an error; only its own UNKNOWN_65 is type 65. The octets of an address are not checked either: 10.1 is 10.1.0.0, and 300.1.1.1 is
# 44.1.1.1. And a\.b.example, as dig prints a label with a dot, is three labels, the first with a backslash.
# Seen:  HTTPS 0, TYPE65 0, AAAAA 0, UNKNOWN_65 65; 10.1.0.0; 44.1.1.1; labels of 2, 1 and 7 octets
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent dns-packet@5.6.1
cat > packet.cjs <<'CODE'
const { encode, decode } = require("dns-packet");
const [what, text] = process.argv.slice(2);
const question = (type, name) => encode({ type: "query", id: 1, questions: [{ type, name }] }).subarray(12);
const labels = bytes => bytes[0] === 0 ? [] : [bytes[0], ...labels(bytes.subarray(bytes[0] + 1))];
console.log(what === "type" ? question(text, "a").readUInt16BE(3) : what === "labels" ? labels(question("A", text)).join(" ")
  : decode(encode({ type: "response", id: 1, answers: [{ type: "A", name: "a", data: text }] })).answers[0].data);
CODE
packet() { node packet.cjs "$@"; }
same "type A" "$(packet type A)" 1
for type in HTTPS TYPE65 AAAAA; do same "type $type" "$(packet type $type)" 0; done
same "type UNKNOWN_65" "$(packet type UNKNOWN_65)" 65
same "address 10.1" "$(packet address 10.1)" 10.1.0.0
same "address 300.1.1.1" "$(packet address 300.1.1.1)" 44.1.1.1
same 'labels of a\.b.example' "$(packet labels 'a\.b.example')" "2 1 7"
