#!/bin/sh
# Keeps what nobody can make again, and brings it back: every object (etcd), the CAs with their keys, and which host this is.
#   k8s-backup.sh create [--name NAME]    makes a snapshot and restores it on trial; without a name, 7 daily and 4 weekly ones are kept.
#                                         An etcd that nobody else reaches reads every key and value then, and at each restore
#   k8s-backup.sh list
#   k8s-backup.sh verify [--snapshot NAME]
#   k8s-backup.sh restore --snapshot NAME [--wait SECONDS]    on each member of etcd, with the same snapshot. Of several members none may
#                                         run, nor an API server; each is started afterwards, when all have the snapshot
# Each takes [--key FILE] [--to DIR] [--host NAME] [--root DIR]. A snapshot is one file, encrypted with the first line of the key file.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"

verb='' name='' key='' to='' snapshot='' wait=120
while [ $# -gt 0 ]; do
    option=$1
    case $option in
        create | list | verify | restore) verb=$option; shift; continue ;;
        --*=*) value=${option#*=} option=${option%%=*} ;;
        *) [ $# -ge 2 ] || usage "'$option' needs a value; see the head of this file."; value=$2; shift ;;
    esac
    case $option in
        --name) name=$value ;;
        --snapshot) snapshot=$value ;;
        --key) key=$value ;;
        --to) to=$value ;;
        --host) host=$value ;;
        --wait) case $value in '' | *[!0-9]*) usage "--wait needs a number of seconds." ;; esac; wait=$value ;;
        --root) root=$(cd "$value" && pwd) ;;
        *) usage "unknown argument '$option'; see the head of this file." ;;
    esac
    shift
done
[ -n "$verb" ] || usage "say create, list, verify or restore; see the head of this file."
paths
as_root
case $name$snapshot in */* | .*) usage "a snapshot's name is the name of a file in $backups, without its ending." ;; esac
backups=${to:-$backups}
key=${key:-$root$settings_backup_key}
if [ "$verb" = list ]; then list_snapshots; exit 0; fi
need openssl tar curl etcd etcdctl
find_host
others=$(other_members)
service=kubernetes-$cluster-$host
[ -n "$etcd" ] || usage "$host is not a member of etcd."
key_sound
work=$(mktemp -d) done='' aside=''
trap finish EXIT
trap 'exit 130' INT TERM HUP
finish() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -n "$aside" ] && [ -z "$done" ]; then
        systemd stop globular-etcd.service || :
        rm -rf "$data"
        [ ! -d "$data$aside" ] || mv "$data$aside" "$data"
        [ -n "$others" ] || start || :
        say "nothing is changed: the restore failed and was taken back." >&2
    fi
    rm -rf "$work"
    exit "$status"
}

# From 3.5 on it is etcdutl that reads and restores the file.
tool() { if command -v etcdutl >/dev/null; then etcdutl "$@"; else ETCDCTL_API=3 etcdctl "$@"; fi; }
snap=$work/snap

# Etcdutl can bring a snapshot back with a higher revision than clients have seen. Without, they wait in silence for what is lost.
raises_revision() { tool snapshot restore --help 2>&1 | grep -q -- --bump-revision; }

# The token makes it another cluster than the one before: a member that was away during the restore cannot bring its state back.
place() { # DATA-FOLDER NAME MEMBERS PEER-URL
    set -- --data-dir "$1" --name "$2" --initial-cluster "$3" --initial-advertise-peer-urls "$4" \
        --initial-cluster-token "$substrate-$(sha256sum <"$snap/etcd.db" | cut -c 1-16)"
    if raises_revision; then set -- "$@" --bump-revision 1000000000 --mark-compacted; fi
    tool snapshot restore "$snap/etcd.db" "$@" >"$work/log" 2>&1
}

# The sum of every key and value, as an etcd of one member reads them at a socket in the folder of this script.
read_all() { ETCDCTL_API=3 etcdctl --endpoints unix://client:0 --command-timeout=10m get '' --prefix >all 2>log; }
contents() (
    cd "$work"
    rm -rf trial
    place trial trial trial=unix://peer:0 unix://peer:0 || exit 1
    etcd --name trial --data-dir trial --initial-cluster trial=unix://peer:0 --initial-advertise-peer-urls unix://peer:0 \
        --listen-peer-urls unix://peer:0 --listen-client-urls unix://client:0 --advertise-client-urls unix://client:0 >etcd.log 2>&1 &
    server=$!
    trap 'kill "$server" 2>/dev/null && wait "$server" || :; rm -rf trial all' EXIT
    trap 'exit 130' INT TERM HUP
    limit=$(($(date +%s) + wait))
    until read_all; do
        [ "$(date +%s)" -lt "$limit" ] && kill -0 "$server" 2>/dev/null || exit 1
        sleep 0.2
    done
    sha256sum <all
)

# Opens a snapshot, restores it on trial, and says what is wrong with it.
examine() { # FILE
    rm -rf "$snap"
    mkdir "$snap"
    crypt -d <"$1" 2>/dev/null | tar -C "$snap" -xzpf - 2>/dev/null || :
    if ! (cd "$snap" && sha256sum --quiet -c sums) >/dev/null 2>&1; then say "$1 cannot be read: it is damaged, or $key is not its key."
    elif [ "$(cat "$snap/what")" != "$substrate $cluster" ]; then
        say "$1 is a snapshot of another cluster ($(cat "$snap/what")), and this is $substrate $cluster."
    else
        if ! found=$(contents); then say "$1 cannot be restored: $(tail -n 1 "$work/log")"
        elif [ -f "$snap/contents" ] && [ "$found" != "$(cat "$snap/contents")" ]; then
            say "$1: its keys and values are not those with which it was made."
        fi
    fi
}
keys_in() { tool snapshot status "$snap/etcd.db" -w json 2>/dev/null | sed -n 's/^.*"totalKey":\([0-9]*\).*$/\1/p'; }

create() {
    mkdir -p "$backups"
    file=$backups/${name:-$service-$(date -u +%Y%m%dT%H%M%SZ)}.snapshot
    [ ! -e "$file" ] || usage "the snapshot $file is there already: give another name."
    mkdir "$snap"
    etcdctl_at "https://$(url "$address"):2379" --command-timeout=10m snapshot save "$snap/etcd.db" >"$work/log" 2>&1 ||
        die "etcd gives no snapshot: $(tail -n 1 "$work/log")"
    mkdir "$snap/pki"
    (cd "$pki" && tar -cf - .) | tar -C "$snap/pki" -xpf -
    say "$substrate $cluster" >"$snap/what"
    contents >"$snap/contents" || die "the snapshot cannot be restored: $(tail -n 1 "$work/log")"
    (cd "$snap" && find what contents etcd.db pki -type f -exec sha256sum {} + >"$work/sums")
    mv "$work/sums" "$snap/sums"
    tar -C "$snap" -czpf - . | crypt -salt >"$work/new"
    fault=$(examine "$work/new")
    [ -z "$fault" ] || die "the snapshot cannot be restored: $fault"
    mv "$work/new" "$backups/.new" && mv "$backups/.new" "$file"
    date +%s >"$backups/last"
    prune
    say "made $file: $(keys_in) keys, restored on trial."
}

start() {
    for unit in globular-etcd kube-apiserver kube-controller-manager kube-scheduler; do
        [ ! -f "$units/$unit.service" ] || systemd start "$unit.service"
    done
}

restore() {
    [ -n "$snapshot" ] || usage "say which: --snapshot NAME; k8s-backup.sh list"
    [ -f "$backups/$snapshot.snapshot" ] || usage "there is no snapshot $backups/$snapshot.snapshot: k8s-backup.sh list"
    begun=$(date +%s)
    running=$(running_members | tr '\n' ' ')
    [ -z "$running" ] || die "etcd runs on ${running% }: 'systemctl stop kube-apiserver globular-etcd' on each host first. \
Where it has this snapshot already, start it when all have it. A host that was away during the restore: take its $data away, and k8s-install.sh."
    fault=$(examine "$backups/$snapshot.snapshot")
    [ -z "$fault" ] || die "$fault"
    # A host that has the CAs may be at another step of the root's replacement: the keys of that are left alone.
    [ ! -f "$pki/ca.crt" ] || rm -f "$snap/pki/ca.next" "$snap/pki/ca.before"
    # All are compared before one is written.
    for file in "$snap"/pki/*; do
        target=$pki/${file##*/}
        [ ! -f "$target" ] || cmp -s "$file" "$target" ||
            die "this host has another $target than the snapshot: take it away first, if nothing uses it."
    done
    folder "$pki" 755
    for file in "$snap"/pki/*; do
        target=$pki/${file##*/}
        [ -f "$target" ] || replace "$file" "$target" "$(stat -c %a "$file")"
    done
    aside=.before-$(date -u +%Y%m%dT%H%M%SZ)
    for unit in kube-scheduler kube-controller-manager kube-apiserver globular-etcd; do
        [ ! -f "$units/$unit.service" ] || systemd stop "$unit.service"
    done
    [ ! -d "$data" ] || mv "$data" "$data$aside"
    mkdir -p "$(dirname "$data")"
    place "$data" "$host" "$initial_cluster" "https://$(url "$address"):2380" || die "$(tail -n 1 "$work/log")"
    [ -n "$root" ] || chown -R "$settings_etcd_user:" "$data"
    if [ -n "$others" ]; then
        say "restored $snapshot: $(keys_in) keys. It is not started: first the same on each other member:" $others
        if [ -f "$units/globular-etcd.service" ]; then
            say "Then on each: systemctl start globular-etcd; and where they are: kube-apiserver kube-controller-manager kube-scheduler."
        else say "Then on each: k8s-install.sh"
        fi
    elif [ -f "$units/globular-etcd.service" ]; then
        start
        limit=$(($(date +%s) + wait))
        for part in etcd_healthy ${control_plane:+api_healthy}; do
            until "$part"; do
                [ "$(date +%s)" -lt "$limit" ] || die "$part: not after $wait s; journalctl -u globular-etcd.service -u kube-apiserver.service"
                sleep 0.3
            done
        done
        say "restored $snapshot in $(($(date +%s) - begun)) s: $(keys_in) keys."
    else say "restored $snapshot: $(keys_in) keys. Now: k8s-install.sh"
    fi
    raises_revision || say "This etcd cannot raise its revision, so clients that still run see no change of the cluster. Now: \
systemctl restart kube-controller-manager kube-scheduler on each control plane, systemctl restart kubelet on each node, and a restart \
of every pod that watches the API server: kube-proxy, CoreDNS, controllers."
    done=yes
    [ ! -d "$data$aside" ] || say "What was there before is in $data$aside: delete it when it is not needed."
}

case $verb in
    create) create ;;
    restore) restore ;;
    verify)
        faults=0
        for file in "$backups"/${snapshot:-*}.snapshot; do
            [ -f "$file" ] || usage "there is no snapshot $file: k8s-backup.sh list"
            fault=$(examine "$file")
            if [ -z "$fault" ]; then say "$file: $(keys_in) keys, restored on trial."
            else faults=$((faults + 1)); say "FAULT $file: $fault"
            fi
        done
        [ $faults -eq 0 ] || exit 1 ;;
esac
