#!/bin/bash
# std.manifestYamlDoc of jsonnet 0.18.0 (Debian 0.18.0+ds-3+b2) writes a text that ends with a newline as a block "|", and does not say
# how far it is indented or how it ends. A text with two newlines at the end comes back with one, CR LF as LF, and where the first line
# begins with blanks the file cannot be read, or the blanks are gone. Read with PyYAML 6.0; std.manifestJson is right.
# Seen:  "a\n\n" is read as "a\n", "a\r\nb\r\n" as "a\nb\n", "  a\n" as "a\n"; "  a\nb\n": ParserError; with manifestJson "  a\nb\n"
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian jsonnet=0.18.0+ds-3+b2 libjsonnet0=0.18.0+ds-3+b2 python3-yaml=6.0-3+b2 libyaml-0-2
export PYTHONPATH=root/usr/lib/python3/dist-packages
read_back() { jsonnet -S -e "std.${2:-manifestYamlDoc}({ text: $1, last: 1 })" > out.yaml || return
  /usr/bin/python3 -c 'import json, yaml
try: print(json.dumps(yaml.safe_load(open("out.yaml", newline=""))["text"]))
except yaml.YAMLError as error: print(error.__class__.__name__)'; }
same 'a, newline' "$(read_back '"a\n"')" '"a\n"'
same 'a, two newlines' "$(read_back '"a\n\n"')" '"a\n"'
same 'CR LF' "$(read_back '"a\r\nb\r\n"')" '"a\nb\n"'
same 'blanks first' "$(read_back '"  a\n"')" '"a\n"'
same 'blanks in the first line alone' "$(read_back '"  a\nb\n"')" ParserError
same '  with manifestJson' "$(read_back '"  a\nb\n"' manifestJson)" '"  a\nb\n"'
