#!/bin/bash
# An SRV record whose target is a dot says that the service is not there (RFC 2782). The dns_sd_configs of Prometheus 2.42.0 and
# VictoriaMetrics 1.79.5 (Debian 12) make the target ":0" of it, which stays down and fires each alert on up == 0. The label
# __meta_dns_srv_record_target has the dot at its end in Prometheus and not in VictoriaMetrics, so a relabel rule on the name of a target
# fits one of them; and refresh_interval, which Prometheus has, is an unknown field that ends VictoriaMetrics. Server: Knot DNS 3.2.6.
# Seen:  both: target :0; host.a.example. and host.a.example; refresh_interval: check-config 0, -dryRun 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian prometheus=2.42.0+ds-5+deb12u1 victoria-metrics=1.79.5+ds1-2+b5 knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 \
  libzscanner4=3.2.6-1 liblmdb0 liburcu8 libxdp1 libbpf1 libcap-ng0 libedit2 libbsd0 libmd0 libfstrm0 libprotobuf-c1
printf '%s\n' '$TTL 60' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 127.0.0.1' 'host A 127.0.0.1' \
  '_dns._tcp SRV 0 0 9153 host' '_none._tcp SRV 0 0 0 .' > lab.zone
mkdir knot
printf '%s\n' server: "  rundir: $work/knot" '  listen: 127.0.0.1@53' database: "  storage: $work/knot" zone: '  - domain: a.example' \
  "    file: $work/lab.zone" > knot.conf
echo 'nameserver 127.0.0.1' > resolv.conf
cat > scrape.yml <<'YAML'
global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: dns, dns_sd_configs: [{names: [_dns._tcp.a.example]}]}
  - {job_name: none, dns_sd_configs: [{names: [_none._tcp.a.example]}]}
YAML
sed 's/a.example\]/&, refresh_interval: 30s/' scrape.yml > interval.yml
cat > inside.sh <<'SH'
ip link set lo up && mount --bind resolv.conf /etc/resolv.conf || exit 2
knotd -c knot.conf >log 2>&1 & one=$!
for _ in $(seq 100); do env -u LD_LIBRARY_PATH getent hosts ns.a.example >/dev/null && break; sleep 0.1; done
prometheus --config.file=scrape.yml --storage.tsdb.path=prometheus --web.listen-address=127.0.0.1:9001 >log2 2>&1 & two=$!
victoria-metrics -promscrape.config=scrape.yml -storageDataPath=victoria -httpListenAddr=127.0.0.1:9002 >log3 2>&1 & three=$!
page() { env -u LD_LIBRARY_PATH curl --silent --fail --max-time 2 "http://127.0.0.1:900$1/api/v1/targets"; }
for server in 1 2; do
  for _ in $(seq 100); do [ "$(page $server | grep -o '"health":"down"' | wc -l)" = 2 ] && break; sleep 0.2; done
  page $server | python3 -c 'import json, sys
for target in json.load(sys.stdin)["data"]["activeTargets"]:
    print(sys.argv[1], *(target["labels"][name] for name in ("job", "instance")), target["health"],
        "[" + target["discoveredLabels"]["__meta_dns_srv_record_target"] + "]")' $server
done
kill $one $two $three; wait
SH
install unshare --mount --net true
unshare --mount --net bash inside.sh > seen 2>log4
line() { sed -n "s/^$1 //p" seen; }
same "Prometheus, a service" "$(line "1 dns")" "host.a.example:9153 down [host.a.example.]"
same "VictoriaMetrics, a service" "$(line "2 dns")" "host.a.example:9153 down [host.a.example]"
same "Prometheus, no service" "$(line "1 none")" ":0 down [.]"
same "VictoriaMetrics, no service" "$(line "2 none")" ":0 down []"
promtool check config interval.yml >log5 2>&1; same "Prometheus, refresh_interval" $? 0
victoria-metrics -dryRun -promscrape.config=scrape.yml >log6 2>&1; same "VictoriaMetrics, without it" $? 0
victoria-metrics -dryRun -promscrape.config=interval.yml >log7 2>&1
same "VictoriaMetrics, refresh_interval" "$([ $? != 0 ] && grep -o 'field refresh_interval not found' log7 | head -n 1)" \
  "field refresh_interval not found"
