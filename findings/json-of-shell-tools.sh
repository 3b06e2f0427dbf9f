#!/bin/bash
# A version, a serial and a mode on their way from a CSV file or a shell to JSON. Miller 6.6.0 writes the fields 0x10, .5 and 5. as they
# are, without quotes, so what --ojson writes is no JSON, and exits 0; it quotes 010. jo 1.9 (packages of Debian 12) reads what it can as
# a number: version=1.10 is 1.1, mode=0x10 is 16, key=010 is 10, a blank at the start is gone, and 9007199254740993 is ...992; with -s
# they are texts.
# Seen:  Miller 0x10, .5, 5.: not JSON; jo {"version":1.1,"mode":16,"key":10,"blank":1}, {"serial":9007199254740992}, -s "1.10"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian miller=6.6.0-2+b3 jo=1.9-1
miller() { printf 'a\n%s\n' "$1" | mlr --icsv --ojson cat > page; echo -n "exit ${PIPESTATUS[1]}, $(grep -o '"a".*' page), "
  python3 -c 'import json; json.load(open("page"))' 2>log && echo JSON || echo "not JSON"; }
same "Miller, 10" "$(miller 10)" 'exit 0, "a": 10, JSON'
same "Miller, 010" "$(miller 010)" 'exit 0, "a": "010", JSON'
for field in 0x10 .5 5.; do same "Miller, $field" "$(miller $field)" "exit 0, \"a\": $field, not JSON"; done
same "jo" "$(jo version=1.10 mode=0x10 key=010 blank=' 1')" '{"version":1.1,"mode":16,"key":10,"blank":1}'
same "jo, an integer" "$(jo serial=9007199254740993)" '{"serial":9007199254740992}'
same "jo -s" "$(jo -- -s version=1.10)" '{"version":"1.10"}'
