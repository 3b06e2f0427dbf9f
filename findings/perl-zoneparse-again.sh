#!/bin/bash
# DNS::ZoneParse 1.10 (Debian libdns-zoneparse-perl) reads a zone file and writes it again, and the file has other records. The texts "x"
# "y" become one text with quotation marks in it, and of "a b" c the second is lost. The name a\.b, with a dot in its label, becomes a.b.
# A record without a TTL gets that of the record above it, not that of $TTL. CAA and TYPE65534 are left out, with a line for the callback
# alone. named-compilezone 9.18.49 reads both files.
# Seen:  of the file, and of what is written: "x" "y", one text; "a b" "c", "a b"; a\.b, a.b; after a record of 60: 300, 60; CAA and
#        TYPE65534: there, not there
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian libdns-zoneparse-perl=1.10-1.1 bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 \
  libmaxminddb0 libfstrm0 libprotobuf-c1 libjson-c5 libnghttp2-14 libxml2 libicu72
cat > again.pl <<'CODE'
use DNS::ZoneParse;
print DNS::ZoneParse->new("zone", "example.org.", sub { print STDERR "left out\n" })->output;
CODE
records() { named-compilezone -q -i none -k ignore -o - example.org "$1" 2>&1 | tr -s ' \t' ' ' | grep -vE ' IN (SOA|NS) |^ns\.' |
  sed 's/ IN / /; s/\.example\.org\.//' | xargs -d '\n' | sed 's/ *$//'; }
both() { printf '%s\n' '$TTL 300' '@ IN SOA ns hostmaster 1 3600 600 86400 60' '@ IN NS ns' 'ns IN A 192.0.2.1' "${@:4}" > zone
  install perl -I "$work/root/usr/share/perl5" again.pl; perl -I "$work/root/usr/share/perl5" again.pl > written 2>log
  same "$1" "$(records zone)" "$2"; same "  written" "$(records written)" "$3"; }
both "one text" 'x 300 TXT "a b"' 'x 300 TXT "a b"' 'x IN TXT "a b"'
both "two texts" 'x 300 TXT "x" "y"' 'x 300 TXT "x\" \"y"' 'x IN TXT "x" "y"'
both "two texts, one without quotes" 'x 300 TXT "a b" "c"' 'x 300 TXT "a b"' 'x IN TXT "a b" c'
both "a dot in a label" 'a\.b 300 A 192.0.2.2' 'a.b 300 A 192.0.2.2' 'a\.b IN A 192.0.2.2'
both "TTL of the record above" 'w 60 A 192.0.2.3 x 300 A 192.0.2.2' 'w 60 A 192.0.2.3 x 60 A 192.0.2.2' \
  'w 60 IN A 192.0.2.3' 'x IN A 192.0.2.2'
both "CAA" 'x 300 CAA 0 issue "ca.example.net"' '' 'x IN CAA 0 issue "ca.example.net"'
both "TYPE65534" 'x 300 TYPE65534 \# 2 0102' '' 'x IN TYPE65534 \# 2 0102'
same "  standard error" "$(cat log)" "left out"
