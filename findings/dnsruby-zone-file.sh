#!/bin/bash
# ZoneReader of ruby-dnsruby 1.61.5 (Debian 12) reads a zone file and raises no error: "$TTL 1h" and the TTL 2h are 0, and so are the times
# of an SOA record that have units. The servers in an SOA record stay relative. A record without a TTL has that of the record above it,
# not that of $TTL. Of the texts "a b" c, the second is lost. The name x below "$ORIGIN sub" is x.sub. named-compilezone 9.18.49 reads
# each as the standard says.
# Seen:  in the order dnsruby, BIND: $TTL 1h: 0, 3600; TTL 2h: 0, 7200; SOA ns hostmaster 1 1h 10m 1d 60: ns hostmaster 1 0 0 0 60, the
#        names in full and 3600 600 86400; after a record of 60: 60, 300; "a b" c: "a b", "a b" "c"; $ORIGIN sub: x.sub, x.sub.example.org.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian ruby-dnsruby=1.61.5-3 ruby-simpleidn=0.1.1-2 ruby-unf ruby3.1 libruby3.1 libyaml-0-2 libgdbm6 libgdbm-compat4 libffi8 \
  bind9-utils=1:9.18.49-1~deb12u3 bind9-libs=1:9.18.49-1~deb12u3 libjemalloc2 libuv1 liblmdb0 libmaxminddb0 libfstrm0 libprotobuf-c1 \
  libjson-c5 libnghttp2-14 libxml2 libicu72
lib=$work/root/usr/lib; gems=$work/root/usr/share/rubygems-integration/all/gems
export RUBYLIB=$lib/ruby/vendor_ruby:$lib/ruby/3.1.0:$LD_LIBRARY_PATH/ruby/3.1.0:$gems/simpleidn-0.1.1/lib
cat > read.rb <<'CODE'
require "dnsruby"
Dnsruby::ZoneReader.new("example.org.").process_file("zone").each { |record| puts record.to_s }
CODE
# What is read of the record x, or of the SOA record, without its class
part() { tr -s ' \t' ' ' | grep -E "^${record:-x\.}" | sed 's/ IN / /'; }
both() { printf '%s\n' "$2" "@ IN SOA ${3:-ns.example.org. hostmaster.example.org. 1 3600 600 86400 60}" '@ IN NS ns.example.org.' \
    'ns IN A 192.0.2.1' "${@:6}" > zone
  same "$1" "$(ruby3.1 read.rb 2>&1 | part)" "$4"
  same "  BIND" "$(named-compilezone -q -i none -o - example.org zone 2>&1 | part)" "$5"; }
both '$TTL 300' '$TTL 300' '' "x.example.org. 300 A 192.0.2.2" "x.example.org. 300 A 192.0.2.2" 'x IN A 192.0.2.2'
both '$TTL 1h' '$TTL 1h' '' "x.example.org. 0 A 192.0.2.2" "x.example.org. 3600 A 192.0.2.2" 'x IN A 192.0.2.2'
both 'TTL 2h' '$TTL 300' '' "x.example.org. 0 A 192.0.2.2" "x.example.org. 7200 A 192.0.2.2" 'x 2h IN A 192.0.2.2'
both 'after 60' '$TTL 300' '' "x.example.org. 60 A 192.0.2.2" "x.example.org. 300 A 192.0.2.2" 'w 60 IN A 192.0.2.3' 'x IN A 192.0.2.2'
both '"a b" c' '$TTL 300' '' 'x.example.org. 300 TXT "a b"' 'x.example.org. 300 TXT "a b" "c"' 'x IN TXT "a b" c'
both '$ORIGIN sub' '$TTL 300' '' "x.sub 300 A 192.0.2.2" "x.sub.example.org. 300 A 192.0.2.2" '$ORIGIN sub' 'x IN A 192.0.2.2'
record='example.org. [0-9]+ (IN )?SOA'
both 'SOA' '$TTL 300' 'ns hostmaster 1 1h 10m 1d 60' "example.org. 300 SOA ns hostmaster 1 0 0 0 60" \
  "example.org. 300 SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 60"
