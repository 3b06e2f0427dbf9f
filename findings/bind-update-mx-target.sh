#!/bin/bash
# BIND 9.18.49 (Debian 12) refuses an update that adds an MX record whose target is in the zone and has no address yet, or is an alias. The
# answer is REFUSED, the one for a client that may not write. Knot DNS 3.2.6 and PowerDNS 4.7.3 take it. An SRV record with such a target,
# an MX record with a target in another zone, and the MX record and its target in one message are fine for BIND; and it lets the address be
# deleted afterwards.
# Seen:  MX to nothing: REFUSED, NOERROR, NOERROR; MX to an alias: the same; SRV to nothing, MX elsewhere, MX with its target: NOERROR
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0 \
  knot=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 libxdp1 libbpf1 libcap-ng0 \
  pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
mkdir knot
printf '%s\n' '@ 300 SOA ns hostmaster 1 3600 600 86400 60' '@ 300 NS ns' 'ns 300 A 192.0.2.1' \
  'alias 300 CNAME ns' | tee example.org > knot/example.org
cat > named.conf <<CONF
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; notify no;
  pid-file none; session-keyfile none; };
controls { };
zone "example.org" { type master; file "$work/example.org"; allow-update { 127.0.0.1; }; };
CONF
cat > knot.conf <<CONF
server:
  rundir: $work
  listen: 127.0.0.1@$((port + 1))
database:
  storage: $work/knot
acl:
  - id: local
    address: 127.0.0.1
    action: update
zone:
  - domain: example.org
    storage: $work/knot
    file: example.org
    acl: local
CONF
python3 -c 'import sqlite3, sys; sqlite3.connect("db").executescript(sys.stdin.read())' \
  < root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
echo "launch=gsqlite3 gsqlite3-database=$work/db local-address=127.0.0.1 local-port=$((port + 2)) socket-dir=$work dnsupdate=yes
  allow-dnsupdate-from=127.0.0.1 module-dir=$LD_LIBRARY_PATH/pdns" | tr -s ' ' '\n' > pdns.conf
install pdnsutil --config-dir=. load-zone example.org example.org
named -g -c named.conf >log 2>&1 & pids+=($!)
knotd -c knot.conf >log2 2>&1 & pids+=($!)
pdns_server --config-dir="$work" --daemon=no --guardian=no >log3 2>&1 & pids+=($!)
ask() { dig +time=1 +tries=1 +norecurse +noall +answer @127.0.0.1 -p $((port + $1)) "$2.example.org" "$3" |
  awk '{print $2 " " $NF}' | sort | xargs; }
update() { { echo "server 127.0.0.1 $((port + $1))"; echo "zone example.org"; printf '%s\n' "${@:2}"; echo send; } | nsupdate 2>&1 |
  grep -o 'REFUSED\|FORMERR\|SERVFAIL' || echo NOERROR; }
for server in 0 1 2; do eventually eval '[ -n "$(ask $server ns A)" ]'; done
names=(BIND Knot PowerDNS)
for server in 0 1 2; do
  [ $server = 0 ] && refused=REFUSED || refused=NOERROR
  same "${names[$server]}, MX to nothing" "$(update $server 'update add a.example.org. 60 MX 10 later.example.org.')" $refused
  same "  MX to an alias" "$(update $server 'update add b.example.org. 60 MX 10 alias.example.org.')" $refused
  same "  SRV to nothing" "$(update $server 'update add c.example.org. 60 SRV 0 0 53 later.example.org.')" NOERROR
  same "  MX elsewhere" "$(update $server 'update add d.example.org. 60 MX 10 later.example.net.')" NOERROR
  same "  MX with its target" \
    "$(update $server 'update add e.example.org. 60 MX 10 mail.example.org.' 'update add mail.example.org. 60 A 192.0.2.5')" NOERROR
  update $server 'update delete mail.example.org. A' > /dev/null
  same "  without its target again" "$(ask $server e MX), $(ask $server mail A)" "60 mail.example.org., "
done
