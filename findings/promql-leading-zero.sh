#!/bin/bash
# Prometheus 2.42.0 (Debian prometheus 2.42.0+ds-5+deb12u1): a number with a leading zero is octal where its digits allow it, and decimal
# where they do not. "010" is 8, "017" is 15, but "08" is 8 and "019" is 19. A schedule such as "hour() >= 010" begins at 8.
# Seen:  promtool test rules finds 8, 15, 8 and 19.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1
echo 'groups: []' > rules.yml
value() { printf 'rule_files: [rules.yml]\ntests: [{promql_expr_test: [{expr: "vector(%s)", exp_samples: [{labels: "{}", value: %s}]}]}]\n' "$1" "$2" > test.yml
  promtool test rules test.yml >log 2>&1 && echo "$2" || tail -n 3 log; }
same 010 "$(value 010 8)" 8; same 017 "$(value 017 15)" 15; same 08 "$(value 08 8)" 8; same 019 "$(value 019 19)" 19
