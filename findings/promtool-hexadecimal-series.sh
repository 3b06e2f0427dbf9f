#!/bin/bash
# 0x10 is 16 in a PromQL expression. In the input series of a unit test it is "0, ten times more": eleven samples of 0, since "x" repeats.
# promtool 2.42.0 (Debian) takes the values 0x10 in both places, so a test of a threshold in hexadecimal compares with 0 and says SUCCESS.
# Seen:  values '0x10': count_over_time is 11, max_over_time is 0; the expression 0x10 is 16; values '010' is one sample, 8
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1
value() { cat > test.yml <<YAML
tests:
- interval: 1m
  input_series: [{series: flags, values: '$1'}]
  promql_expr_test:
  - {expr: '$2', eval_time: 30m, exp_samples: [{labels: '{}', value: -1}]}
YAML
  promtool test rules test.yml 2>&1 | sed -n 's/^ *got: {} //p'; }
same "samples of 0x10" "$(value 0x10 'count_over_time(flags[1h])')" 1.1E+01
same "their maximum" "$(value 0x10 'max_over_time(flags[1h])')" 0E+00
same "0x10 in an expression" "$(value 0x10 'vector(0x10)')" 1.6E+01
same "samples of 010" "$(value 010 'count_over_time(flags[1h])')" 1E+00
same "their maximum" "$(value 010 'max_over_time(flags[1h])')" 8E+00
