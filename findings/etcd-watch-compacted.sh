#!/bin/bash
# etcd 3.4.23 (Debian etcd-server 3.4.23-4+b4): a watch that starts at exactly the compacted revision is accepted. A put of
# that revision arrives; a delete of that revision does not, and nothing says so. A client that resumes there never learns of the delete.
# Seen:  delete at revision 3, watch from 3: DELETE before the compaction, nothing after it; a put at 4, compacted to 4: PUT arrives.
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
watch() { timeout 3 etcdctl watch --prefix '' --rev="$1" 2>&1 | head -n 1; }
etcdctl put key value >log; etcdctl del key >log
same "delete at 3, not compacted" "$(watch 3)" DELETE
etcdctl compact 3 >log
same "delete at 3, compacted to 3" "$(watch 3)" ""
etcdctl put key value >log; etcdctl compact 4 >log
same "put at 4, compacted to 4" "$(watch 4)" PUT
same "the revision before is refused" "$(watch 3)" "watch was canceled (etcdserver: mvcc: required revision has been compacted)"
