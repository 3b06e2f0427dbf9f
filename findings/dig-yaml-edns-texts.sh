#!/bin/bash
# dig +yaml of BIND 9.18.49 writes records with their quotes right, but not the texts of EDNS (Debian 12). The text of an extended error
# (RFC 8914) that has a quote of its own, such as list "ads", and a name server identifier with a colon, rack: 7, make the whole answer
# invalid YAML: yaml 2.8.2 (npm) reads neither. The same texts without quote and colon are read. Servers: PowerDNS Recursor 4.8.8 with a
# policy zone, BIND with server-id.
# Seen:  EXTRA-TEXT: "list "ads"" and NSID: 72 61 63 6b 3a 20 37 ("rack: 7"), an error each; list ads and rack 7 are read
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
  pdns-recursor=4.8.8-1+deb12u1 libboost-context1.74.0 libluajit-5.1-2 libsodium23 libcap2 libsnmp40
install npm install --silent yaml@2.8.2
printf '%s\n' '$TTL 60' '@ SOA ns. hostmaster. 1 3600 600 86400 60' '@ NS ns.' 'a.lab CNAME .' > policy.zone
recursor() { mkdir "recursor$1"
  printf '%s\n' local-address=127.0.0.1 "local-port=$((port + $1))" "socket-dir=$work/recursor$1" hint-file=no \
    security-poll-suffix= server-id=one "lua-config-file=$work/recursor$1/policy.lua" > "recursor$1/recursor.conf"
  echo "rpzFile('$work/policy.zone', {policyName='p', extendedErrorCode=15, extendedErrorExtra='$2'})" > "recursor$1/policy.lua"
  pdns_recursor --config-dir="recursor$1" --daemon=no >log$1 2>&1 & pids+=($!); }
name_server() { printf '%s\n' "options { directory \"$work\"; listen-on port $((port + $1)) { 127.0.0.1; }; listen-on-v6 { none; };" \
    "recursion no; pid-file none; session-keyfile none; server-id \"$2\"; };" 'controls { };' > named$1.conf
  named -g -c named$1.conf >log$1 2>&1 & pids+=($!); }
recursor 0 'list ads'; recursor 1 'list "ads"'; name_server 2 'rack 7'; name_server 3 'rack: 7'
answer() { dig @127.0.0.1 -p $((port + $1)) +time=1 +tries=1 +nocookie +nsid +yaml a.lab A; }
for server in 0 1 2 3; do eventually eval '[ "$(answer $server | grep -c "status: [NR]")" = 1 ]'; done
text() { answer "$1" | sed -nE "s/^ *(($2): )/\1/p"; }
read_yaml() { answer "$1" | node -e 'const read = require("yaml").parse(require("fs").readFileSync(0, "utf8"));
  console.log(read[0].message.response_message_data.status)' 2>&1 | grep -oE '^(NXDOMAIN|REFUSED|YAMLParseError)'; }
same "a text" "$(text 0 EXTRA-TEXT)" 'EXTRA-TEXT: "list ads"'; same "  read" "$(read_yaml 0)" NXDOMAIN
same "a text with quotes" "$(text 1 EXTRA-TEXT)" 'EXTRA-TEXT: "list "ads""'; same "  read" "$(read_yaml 1)" YAMLParseError
same "an identifier" "$(text 2 NSID)" 'NSID: 72 61 63 6b 20 37 ("rack 7")'; same "  read" "$(read_yaml 2)" REFUSED
same "an identifier with a colon" "$(text 3 NSID)" 'NSID: 72 61 63 6b 3a 20 37 ("rack: 7")'; same "  read" "$(read_yaml 3)" YAMLParseError
