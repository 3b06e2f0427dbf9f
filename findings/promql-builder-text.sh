#!/bin/bash
# @grafana/promql-builder 0.0.6 (npm) makes PromQL from calls. neg(...) is "-[object Object]", a subquery without a resolution lacks its
# colon, and countValues has no quotes around its label: promtool of Prometheus 2.42.0 (Debian 12) refuses each. n(NaN) and n(Infinity) are
# "null", which is the name of a metric, so the expression is valid and has no value. on([]), for no label at all, is "on" without
# parentheses and takes the other side as its list of labels. A quoted label value and a nested product are right.
# Seen:  -[object Object]; (rate(x[5m]))[1h]; count_values(version, up); (up) > (null): valid; (up) / on(sum(up)): refused;
#        up{zone="a\"b"}, ((a) + (b)) * (c): valid
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1
install npm install --silent @grafana/promql-builder@0.0.6
cat > build.cjs <<'CODE'
const { promql } = require("@grafana/promql-builder"), q = promql ?? require("@grafana/promql-builder");
const up = () => q.vector("up"), a = q.vector("a"), b = q.vector("b"), c = q.vector("c");
const made = { neg: () => q.neg(up()), subquery: () => q.subquery(q.rate(q.vector("x").range("5m"))).range("1h"),
  resolution: () => q.subquery(q.rate(q.vector("x").range("5m"))).range("1h").resolution("5m"),
  values: () => q.countValues("version", up()), number: () => q.gt(up(), q.n(NaN)), infinity: () => q.lt(up(), q.n(Infinity)),
  nothing: () => q.div(up(), q.sum(up())).on([]), one: () => q.div(up(), b).on(["job"]), label: () => up().label("zone", 'a"b'),
  product: () => q.mul(q.add(a, b), c) };
console.log(made[process.argv[2]]().toString());
CODE
check() { made=$(node build.cjs "$1"); printf 'groups: [{name: g, rules: [{record: r, expr: "%s"}]}]\n' "${made//\"/\\\"}" > rules.yaml
  sed -i 's/\\\\"/\\\\\\"/g' rules.yaml
  promtool check rules rules.yaml >log 2>&1 && word=valid || word=refused; same "$1" "$made $word" "$2"; }
check neg "-[object Object] refused"
check subquery "(rate(x[5m]))[1h] refused"
check resolution "(rate(x[5m]))[1h:5m] valid"
check values "count_values(version, up) refused"
check number "(up) > (null) valid"
check infinity "(up) < (null) valid"
check nothing "(up) / on(sum(up)) refused"
check one "(up) / on(job) (b) valid"
check label 'up{zone="a\"b"} valid'
check product "((a) + (b)) * (c) valid"
