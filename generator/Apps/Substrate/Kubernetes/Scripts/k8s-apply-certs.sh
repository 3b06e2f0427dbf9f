#!/bin/sh
# Sees to it that the servers of this host serve the certificates in their files. Etcd and the API server read them again by themselves;
# one that does not within --wait seconds (60) is started again.
#   k8s-apply-certs.sh [--host NAME] [--wait SECONDS] [--root DIR]
set -eu
. "$(dirname "$0")/k8s-lib.sh"
wait=60
begin "wait" "$@"
print() { openssl x509 -noout -fingerprint -sha256 2>/dev/null; }
served() { openssl s_client -connect "$1" </dev/null 2>/dev/null | print; }
apply() { # UNIT PORT CERTIFICATE
    systemd is-active "$1" >/dev/null || return 0
    limit=$(($(date +%s) + wait))
    until [ "$(served "$(url "$address"):$2")" = "$(print <"$3")" ]; do
        if [ "$(date +%s)" -ge "$limit" ]; then
            say "$1 does not serve $3 after $wait s: it is started again."
            systemd restart "$1"
            return
        fi
        sleep 0.5
    done
    say "$1 serves $3."
}
if [ -n "$etcd" ]; then apply globular-etcd.service 2379 "$tls/etcd-server.crt"; fi
if [ -n "$control_plane" ]; then apply kube-apiserver.service 6443 "$own/apiserver.crt"; fi
