#!/bin/bash
# "pdnsutil add-record" (Debian pdns-server 4.7.3-2) reads each owner as relative, also with a dot at its end, and each target as absolute,
# also without one. "www.example.org." becomes www.example.org.example.org, and "alias CNAME www" points to www in the root. load-zone
# reads the same words by the rules of zone files. check-zone finds 0 errors either way.
# Seen:  www.example.org.example.org, CNAME www., MX mail.; load-zone of example.net: www.example.net, www.example.net., mail.example.net.
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }

debian pdns-server=4.7.3-2 pdns-backend-sqlite3=4.7.3-2 libluajit-5.1-2 libsodium23 libsqlite3-0
python3 -c 'import sqlite3, sys; sqlite3.connect("db").executescript(sys.stdin.read())' \
  < root/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql
echo "launch=gsqlite3 gsqlite3-database=$work/db socket-dir=$work module-dir=$LD_LIBRARY_PATH/pdns" | tr ' ' '\n' > pdns.conf
pdns() { pdnsutil --config-dir=. "$@" 2>&1; }
install pdnsutil --config-dir=. create-zone example.org ns.example.org
install pdnsutil --config-dir=. add-record example.org www.example.org. A 60 192.0.2.1
install pdnsutil --config-dir=. add-record example.org alias CNAME 60 www
install pdnsutil --config-dir=. add-record example.org @ MX 60 '10 mail'
printf '%s\n' '@ 60 SOA ns hostmaster 1 3600 600 86400 60' '@ 60 NS ns' 'ns 60 A 192.0.2.1' 'www.example.net. 60 A 192.0.2.1' \
  'alias 60 CNAME www' '@ 60 MX 10 mail' > file
install pdnsutil --config-dir=. load-zone example.net file
listed() { pdns list-zone "$1" | awk -v type="$2" '$4 == type && $NF !~ /^ns/ {print $1 " " $NF}' | grep "$3" | xargs; }
same "owner, add-record" "$(listed example.org A 192.0.2.1)" "www.example.org.example.org 192.0.2.1"
same "owner, load-zone" "$(listed example.net A www)" "www.example.net 192.0.2.1"
same "CNAME, add-record" "$(listed example.org CNAME alias)" "alias.example.org www."
same "CNAME, load-zone" "$(listed example.net CNAME alias)" "alias.example.net www.example.net."
same "MX, add-record" "$(listed example.org MX mail)" "example.org mail."
same "MX, load-zone" "$(listed example.net MX mail)" "example.net mail.example.net."
same "check-zone" "$(pdns check-zone example.org | grep -o '0 errors')" "0 errors"
