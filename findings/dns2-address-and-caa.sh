#!/bin/bash
# dns2 2.1.0 (npm) reads the AAAA record ::1 as ":1" and :: as ":0", which are not addresses. A dotted quad in an address that it writes is
# cut after its first number, and that is taken as hexadecimal: 64:ff9b::192.0.2.1 is sent as 64:ff9b::192. And an answer with a CAA record
# is empty: the A record behind it and the additional section are lost as well, without an error. dns-packet 5.6.1 (npm) is the other side.
# Seen:  ::1 is :1, :: is :0, 2001:db8::1 is itself; 64:ff9b::192.0.2.1 is sent as 64:ff9b::192; CAA and A: 0 answers of 2, additional 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent dns2@2.1.0 dns-packet@5.6.1
cat > packet.cjs <<'CODE'
const { Packet } = require("dns2"), { encode, decode } = require("dns-packet");
const [what, address] = process.argv.slice(2);
const aaaa = { name: "a", type: Packet.TYPE.AAAA, class: Packet.CLASS.IN, ttl: 1, address };
const read = (answers, additionals) => Packet.parse(encode({ type: "response", id: 1, questions: [], answers, additionals }));
const write = answer => { const packet = new Packet(); packet.header.qr = 1; packet.answers.push(answer); return packet.toBuffer(); };
const a = { type: "A", name: "a", data: "192.0.2.1" }, caa = { type: "CAA", name: "a", data: { flags: 0, tag: "issue", value: "ca" } };
const sizes = ({ header, answers, additionals }) => `${answers.length} of ${header.ancount}, ${additionals.length} of ${header.arcount}`;
console.log(what === "read" ? read([{ type: "AAAA", name: "a", data: address }], []).answers[0].address
  : what === "write" ? decode(write(aaaa)).answers[0].data : sizes(read(what === "caa" ? [caa, a] : [a, a], [a])));
CODE
packet() { node packet.cjs "$@"; }
for address in 2001:db8::1 fe80::1; do same "read $address" "$(packet read $address)" $address; done
same "read ::1" "$(packet read ::1)" :1
same "read ::" "$(packet read ::)" :0
for address in 2001:db8::1 ::1; do same "write $address" "$(packet write $address)" $address; done
same "write 64:ff9b::192.0.2.1" "$(packet write 64:ff9b::192.0.2.1)" 64:ff9b::192
same "A, A; additional A" "$(packet both)" "2 of 2, 1 of 1"
same "CAA, A; additional A" "$(packet caa)" "0 of 2, 0 of 1"
