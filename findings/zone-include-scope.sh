#!/bin/bash
# What an $INCLUDE in a zone file leaves behind. The included file ends with $TTL 77 and $ORIGIN deep.example.org., then the first file goes
# on with a line without an owner, a relative name and no TTL. BIND 9.18.49, Knot DNS 3.2.6, NSD 4.6.1 and PowerDNS 4.7.3 (Debian 12) read
# four zones. Only Knot takes the path relative to the file; for the others it is relative to the directory where they run.
# Seen:  line without an owner: before (BIND, Knot), inner.deep (NSD, PowerDNS); "after": after.example.org, PowerDNS
#        after.deep.example.org; its TTL: 300 for Knot, 77 for the others
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 knot-dnssecutils=3.2.6-1 libknot13=3.2.6-1 libdnssec9=3.2.6-1 libzscanner4=3.2.6-1 liburcu8 \
  libxdp1 libbpf1 libcap-ng0 nsd=4.6.1-1 libevent-2.1-7 pdns-server=4.7.3-2 pdns-backend-bind=4.7.3-2 libluajit-5.1-2 libsodium23 \
  libsqlite3-0
mkdir zones keys signed
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'before A 192.0.2.2' \
  '$INCLUDE included.zone' ' TXT "no owner"' 'after A 192.0.2.3' > zones/example.org
printf '%s\n' '$TTL 77' '$ORIGIN deep.example.org.' 'inner A 192.0.2.50' > zones/included.zone
cat > knot.conf <<CONF
server:
  rundir: $work
database:
  storage: $work/keys
policy:
  - id: one
    single-type-signing: on
zone:
  - domain: example.org
    file: $work/zones/example.org
    dnssec-signing: on
    dnssec-policy: one
CONF
echo "launch=bind bind-config=$work/zones.conf socket-dir=$work module-dir=$LD_LIBRARY_PATH/pdns" | tr ' ' '\n' > pdns.conf
echo "zone \"example.org\" { type master; file \"$work/zones/example.org\"; };" > zones.conf
# NSD prints owner names relative to the $ORIGIN lines that it writes
bind() { named-compilezone -q -i none -o - example.org ../zones/example.org; }
knot() { kzonesign -c ../knot.conf -o ../signed example.org >/dev/null 2>&1; cat ../signed/*; }
nsd() { nsd-checkzone -p example.org ../zones/example.org | awk '$1 == "$ORIGIN" {origin = $2; next}
  /^[^\t]/ {owner = $1 "." origin} {sub(/^[^\t]*/, owner); print}'; }
powerdns() { pdnsutil --config-dir=.. list-zone example.org; }
read_zone() { (cd "$1" && $2 2>/dev/null) | awk '/"no owner"/ {owner = $1} /192\.0\.2\.3$/ {after = $1 " " $2}
  END {sub(/\.$/, "", owner); sub(/\. /, " ", after); print owner ", " after}'; }
same "BIND" "$(read_zone zones bind)" "before.example.org, after.example.org 77"
same "Knot" "$(read_zone keys knot)" "before.example.org, after.example.org 300"
same "NSD" "$(read_zone zones nsd)" "inner.deep.example.org, after.example.org 77"
same "PowerDNS" "$(read_zone zones powerdns)" "inner.deep.example.org, after.deep.example.org 77"
same "BIND in another directory" "$(read_zone keys bind)" ", "
same "NSD in another directory" "$(read_zone keys nsd)" ", "
same "PowerDNS in another directory" "$(read_zone keys powerdns)" ", "
