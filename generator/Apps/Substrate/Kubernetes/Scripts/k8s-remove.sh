#!/bin/sh
# Takes this host's part of Kubernetes off. The CAs, the keys and etcd's data stay, unless --purge is given: nobody can make them again.
#   k8s-remove.sh [--purge] [--host NAME] [--root DIR]
set -eu
. "$(dirname "$0")/k8s-lib.sh"
purge=''
while [ $# -gt 0 ]; do
    case $1 in
        --purge) purge=yes ;;
        --host | --root)
            [ $# -ge 2 ] || usage "'$1' needs a value."
            if [ "$1" = --host ]; then host=$2; else root=$(cd "$2" && pwd); fi
            shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
as_root
find_host
for unit in k8s-certs.timer k8s-certs-changed.path k8s-health.timer k8s-backup.timer k8s-approve.timer kubelet.service kube-scheduler.service \
    kube-controller-manager.service kube-apiserver.service globular-etcd.service; do
    if [ -f "$units/$unit" ] && grep -q platform-gitops "$units/$unit"; then systemd disable --now "$unit" || :; fi
done
for unit in "$units"/k8s-* "$units"/kube* "$units"/globular-etcd.service; do
    if [ -f "$unit" ] && grep -q platform-gitops "$unit"; then rm -f "$unit"; fi
done
systemd daemon-reload
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet; do rm -f "$programs/$program"; done
rm -rf "$etc"
rm -f "$library"/k8s-*.sh
if [ -n "$purge" ]; then rm -rf "$own" "$tls" "$pki" "$data"; fi
if [ -n "$purge" ]; then say "removed Kubernetes from $host with its keys and objects."; else say "removed Kubernetes from $host; CAs, keys and objects are in $pki and $data (--purge)."; fi
