#!/bin/bash
# gojq 0.12.11 (Debian) with --yaml-input and --yaml-output. A plain date, until: 2026-11-30, is the text "2026-11-30T00:00:00Z", and a
# quoted one stays. The integer 100000000000000000000, which it keeps exactly, is written to YAML in quotes, so it is a text for the next
# reader; in JSON it is a number. The key null is "<nil>", and .inf is 1.7976931348623157e+308. yq 3.1.0 (Debian), jq for YAML as well,
# keeps the date as it is.
# Seen:  "2026-11-30T00:00:00Z"; id: "100000000000000000000", {"id":100000000000000000000}; {"<nil>":1}; 1.7976931348623157e+308;
#        yq "2026-11-30"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian gojq=0.12.11-1 yq=3.1.0-3 jq=1.6-2.1+deb12u3 libjq1=1.6-2.1+deb12u3 libonig5 python3-yaml=6.0-3+b2 libyaml-0-2 python3-xmltodict \
  python3-tomlkit python3-argcomplete
read_yaml() { gojq --yaml-input -c . <<<"$1"; }
same "a plain date" "$(read_yaml 'until: 2026-11-30')" '{"until":"2026-11-30T00:00:00Z"}'
same "a date in quotes" "$(read_yaml 'until: "2026-11-30"')" '{"until":"2026-11-30"}'
yq() { PYTHONPATH=$work/root/usr/lib/python3/dist-packages /usr/bin/python3 -m yq "$@"; }
same "a plain date, yq" "$(yq -c . <<<'until: 2026-11-30')" '{"until":"2026-11-30"}'
same "an integer, JSON" "$(gojq -n -c '{id: 100000000000000000000}')" '{"id":100000000000000000000}'
same "an integer, YAML" "$(gojq -n --yaml-output '{id: 100000000000000000000}')" 'id: "100000000000000000000"'
same "  a shorter one" "$(gojq -n --yaml-output '{id: 9007199254740993}')" 'id: 9007199254740993'
same "the key null" "$(read_yaml 'null: 1')" '{"<nil>":1}'
same ".inf" "$(read_yaml 'a: .inf')" '{"a":1.7976931348623157e+308}'
