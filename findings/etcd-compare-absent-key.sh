#!/bin/bash
# A transaction of etcd 3.4.23 (Debian etcd-server 3.4.23-4+b4) compares the value of an absent key: it does not equal "", and it
# does not differ from "x" either. Both comparisons are false, while mod("none") = "0" is true. So "write unless the value is x" writes
# nothing for a new key.
# Seen:  val("none") = "" FAILURE, val("none") != "x" FAILURE, mod("none") = "0" SUCCESS; with a value "y", != "x" SUCCESS
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
debian() { install apt-get download "$@"; for package in *.deb; do install dpkg-deb -x "$package" root; done
  export PATH="$work/root/usr/bin:$work/root/usr/sbin:$PATH" LD_LIBRARY_PATH="$work/root/usr/lib/$(uname -m)-linux-gnu"; }
eventually() { for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "cannot install: no answer to $*"; exit 2; }
port=$((20000 + RANDOM % 10000))

debian etcd-server=3.4.23-4+b4 etcd-client=3.4.23-4+b4
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=http://127.0.0.1:$port
etcd --data-dir data --listen-client-urls $ETCDCTL_ENDPOINTS --advertise-client-urls $ETCDCTL_ENDPOINTS \
  --listen-peer-urls http://127.0.0.1:$((port + 1)) --initial-advertise-peer-urls http://127.0.0.1:$((port + 1)) \
  --initial-cluster default=http://127.0.0.1:$((port + 1)) >log 2>&1 & pids+=($!)
eventually etcdctl endpoint health
compare() { printf '%s\n\n\n\n' "$1" | etcdctl txn 2>&1 | head -n 1; }
same 'none, = ""' "$(compare 'val("none") = ""')" FAILURE
same 'none, != "x"' "$(compare 'val("none") != "x"')" FAILURE
same 'none, mod = 0' "$(compare 'mod("none") = "0"')" SUCCESS
etcdctl put key y >log2
same 'y, != "x"' "$(compare 'val("key") != "x"')" SUCCESS
