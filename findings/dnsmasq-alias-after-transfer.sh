#!/bin/bash
# dnsmasq 2.90 (Debian 12) with --no-daemon, its mode for debugging, as the primary server of a zone (auth-zone): the first zone
# transfer takes its aliases away. A name of cname= is in that transfer and is answered until then. Afterwards it is NXDOMAIN for everybody,
# is in no further transfer, and SIGHUP does not bring it back. So the secondary server has the alias until its next transfer, and the
# primary server has none. Names of host-record, txt-record, srv-host and mx-host stay. With --keep-in-foreground the alias stays too.
# Seen:  --keep-in-foreground: NOERROR, CNAME and address, before and after; --no-daemon, before: the same; first transfer: has it; after:
#        NXDOMAIN; second transfer: without it; after SIGHUP: NXDOMAIN
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian dnsmasq-base=2.90-4~deb12u2 libnetfilter-conntrack3 libnfnetlink0 \
  bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
printf '%s\n' "port=$port" listen-address=127.0.0.1 bind-interfaces no-resolv no-hosts pid-file= user= auth-zone=example.org \
  auth-server=ns.example.org,127.0.0.1 auth-sec-servers=ns2.example.org auth-peer=127.0.0.1 host-record=host.example.org,192.0.2.1 \
  cname=alias.example.org,host.example.org txt-record=text.example.org,words srv-host=_dns._udp.example.org,host.example.org,53 \
  mx-host=mail.example.org,host.example.org,10 > dnsmasq.conf
ask() { dig +norec +time=1 +tries=1 +noall +comments +answer @127.0.0.1 -p $port "$1.example.org" "$2" |
  awk '/status:/ {gsub(",", ""); print $6} /^[^;]/ {print $4}' | xargs; }
transfer() { dig +time=1 +tries=1 +noall +answer @127.0.0.1 -p $port example.org AXFR | awk '{print $4}' | sort | uniq | xargs; }
start() { dnsmasq "$1" --conf-file="$work/dnsmasq.conf" >log 2>&1 & pids=($!)
  eventually eval '[ "$(ask host A)" = "NOERROR A" ]'; }
start --keep-in-foreground
for time in before after; do
  same "foreground, alias, $time" "$(ask alias A)" "NOERROR CNAME A"
  same "foreground, transfer" "$(transfer)" "A CNAME MX NS SOA SRV TXT"
done
kill "${pids[@]}"; wait 2>/dev/null
start --no-daemon
same "no daemon, alias, before" "$(ask alias A)" "NOERROR CNAME A"
same "no daemon, first transfer" "$(transfer)" "A CNAME MX NS SOA SRV TXT"
same "no daemon, alias, after" "$(ask alias A)" NXDOMAIN
same "no daemon, second transfer" "$(transfer)" "A MX NS SOA SRV TXT"
for name in "host A" "text TXT" "_dns._udp SRV" "mail MX"; do same "no daemon, $name, after" "$(ask $name)" "NOERROR ${name#* }"; done
kill -HUP "${pids[0]}"; eventually grep "cleared cache" log
same "no daemon, alias, after SIGHUP" "$(ask alias A)" NXDOMAIN
