#!/bin/bash
# BIND 9.18.49 (Debian 1:9.18.49-1~deb12u3), update-policy "grant KEY name NAME TXT(1)", one TXT record at most. What goes beyond it is
# dropped with NOERROR: a new TTL for the record that is there changes nothing, and one message "add the new record, delete the
# old one" leaves no record at all. With the delete first the message works.
# Seen:  nsupdate exits 0 each time; TTL stays 300; after add-then-delete the name is empty.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 \
  libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72 libedit2 libbsd0 libmd0
tsig-keygen key > key || { echo "cannot install: tsig-keygen"; exit 2; }
cat > named.conf <<CONF
include "$work/key";
options { directory "$work"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile none; recursion no; };
controls { };
zone "example.org" { type primary; file "zone"; update-policy { grant key name acme.example.org TXT(1); }; };
CONF
printf '%s\n' '$TTL 300' '@ SOA ns hostmaster 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.1' 'acme TXT "old"' > zone
named -g -c named.conf >log 2>&1 & pids+=($!)
ask() { dig +noall +answer "$@" @127.0.0.1 -p $port acme.example.org TXT | awk '{print $2, $5}'; }
eventually eval '[ "$(ask)" = "300 \"old\"" ]'
update() { { printf 'server 127.0.0.1 %s\nzone example.org\n' $port; printf 'update %s\n' "$@"; echo send; } | nsupdate -k key; echo "exit $?"; }
name=acme.example.org.
same "change of TTL" "$(update "add $name 60 TXT old")" "exit 0"; same "then" "$(ask)" '300 "old"'
same "delete, add" "$(update "delete $name TXT old" "add $name 300 TXT new")" "exit 0"; same "then" "$(ask)" '300 "new"'
same "add, delete" "$(update "add $name 300 TXT newer" "delete $name TXT new")" "exit 0"; same "then" "$(ask)" ""
