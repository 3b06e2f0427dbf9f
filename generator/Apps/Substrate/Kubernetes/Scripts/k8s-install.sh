#!/bin/sh
# Installs or upgrades this host's part of Kubernetes: etcd, the control plane or a worker, whichever the definition gives it. Doing it
# again changes nothing. The order is etcd, API server, controller manager, scheduler, kubelet: nothing runs that is newer than its API
# server. Where a part is not healthy afterwards, that part is as before, and nothing behind it was touched.
#   k8s-install.sh [--host NAME] [--binaries DIR] [--join FILE] [--wait SECONDS] [--root DIR]
# --binaries holds kube-apiserver, kubelet and so on; without it they come from dl.k8s.io with their checksums.
# --join is what 'k8s-node.sh add' wrote: a worker needs it once. Without --join it is /etc/globular-kubernetes/join, where that is
# there; it is deleted when the worker has joined. --root rehearses in a folder: nothing is started.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"

binaries='' join='' wait=120
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage "'$1' is unknown or needs a value; see the head of this file."
    case $1 in
        --host) host=$2 ;;
        --binaries) binaries=$(cd "$2" && pwd) ;;
        --join) join=$2 ;;
        --wait) case $2 in '' | *[!0-9]*) usage "--wait needs a number of seconds." ;; esac; wait=$2 ;;
        --root) root=$(cd "$2" && pwd) ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift 2
done
paths
as_root
need openssl curl
find_host
[ -z "$etcd" ] || need etcd etcdctl
tree=$here/..
stage=$(mktemp -d) part='' all='' waits=''

# --- One part at a time: its files, its service, its health; or what was there before.
take_back() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -n "$part" ]; then
        while read -r number path; do
            if [ -e "$stage/undo/$number" ]; then mv -f "$stage/undo/$number" "$path"; else rm -f "$path"; fi
        done <"$stage/undo/list"
        systemd daemon-reload || :
        if [ -n "$was_there" ]; then systemd restart "$part" || :
        elif [ -n "$started" ]; then systemd disable --now "$part" || :
        fi
        [ -z "$stopped" ] || systemd enable --now "$settings_unit" || :
        say "$part is as before: its installation failed and was taken back." >&2
    fi
    rm -rf "$stage"
    exit "$status"
}
trap take_back EXIT
trap 'exit 130' INT TERM HUP

# In a rehearsal nothing is.
starts() { [ -z "$root" ] || [ -n "${SYSTEMCTL:-}" ]; }

begin() { # UNIT
    part=$1 changed='' started='' stopped='' count=0
    rm -rf "$stage/undo"
    mkdir "$stage/undo"
    : >"$stage/undo/list"
    # It may be down for a moment: the scheduler ends, and comes back, when the API server was away for too long.
    was_there=''
    [ ! -f "$units/$part" ] || was_there=yes
}

put() { # SOURCE TARGET MODE [USER]
    if [ -f "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c %a "$2")" = "$3" ]; then return; fi
    case $2 in
        "$units"/*) [ ! -f "$2" ] || grep -q platform-gitops "$2" || die "$2 is another package's: take that off first." ;;
    esac
    count=$((count + 1))
    [ ! -e "$2" ] || cp -p "$2" "$stage/undo/$count"
    say "$count $2" >>"$stage/undo/list"
    replace "$@"
    changed="$changed $2" all="$all $2"
}
put_unit() { rooted "$tree/units/$1" >"$stage/unit"; put "$stage/unit" "$units/$1" 644; }

program() { # NAME
    "$programs/$1" --version 2>/dev/null | grep -qx "Kubernetes v$version" && return
    file=$binaries/$1
    if [ -z "$binaries" ]; then
        file=$stage/$1
        case $(uname -m) in x86_64) machine=amd64 ;; aarch64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
        source=$settings_downloads/v$version/bin/linux/$machine/$1
        curl -sfL --retry 3 -o "$file" "$source" || die "$source cannot be fetched: give --binaries DIR."
        [ "$(sha256sum <"$file" | cut -c 1-64)" = "$(curl -sfL --retry 3 "$source.sha256" | cut -c 1-64)" ] || die "$source does not have its checksum."
        chmod 755 "$file"
    fi
    "$file" --version 2>/dev/null | grep -qx "Kubernetes v$version" || die "$file is not $1 $version."
    put "$file" "$programs/$1" 755
}

healthy() { # HEALTH-FUNCTION
    if starts; then
        systemd daemon-reload
        started=yes
        systemd enable "$part"
        if [ -n "$changed" ]; then systemd restart "$part"; else systemd start "$part"; fi
        limit=$(($(date +%s) + wait))
        until "$1"; do
            systemd is-active "$part" >/dev/null || die "$part ended: journalctl -u $part"
            [ "$(date +%s)" -lt "$limit" ] || die "$part is not healthy after $wait s: journalctl -u $part"
            sleep 0.3
        done
    fi
    part=''
}

config() { # NAME SERVER
    cat >"$stage/config" <<END
# Of platform-gitops, written by k8s-install.sh. The files that it names are renewed in place.
apiVersion: v1
kind: Config
clusters:
  - name: $cluster
    cluster: { server: "$2", certificate-authority: $own/ca.crt }
users:
  - name: $1
    user: { client-certificate: $own/$1.crt, client-key: $own/$1.key }
contexts:
  - name: $cluster
    context: { cluster: $cluster, user: $1 }
current-context: $cluster
END
    put "$stage/config" "$etc/$1.conf" 644
}

# Etcd changes its members only while the others have been connected for 5 s.
member() {
    limit=$(($(date +%s) + wait))
    until etcdctl_at "$endpoint" member "$@" >"$stage/log" 2>&1; do
        [ "$(date +%s)" -lt "$limit" ] || die "etcd at $endpoint does not change its members: $(tail -n 1 "$stage/log")"
        sleep 0.5
    done
}

# --- What all parts need.
begin ''
part=''
if [ -z "$root" ]; then
    for user in "$settings_user" "$settings_etcd_user"; do
        id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin --user-group "$user"
    done
fi
folder "$etc" 755
folder "$library" 755
folder "$programs" 755
folder "$units" 755
for script in "$here"/*.sh; do put "$script" "$library/${script##*/}" 755; done
# How etcd begins: a member that lost its data comes back to the others as a new one.
state=new
if [ -n "$etcd" ] && [ -d "$data/member" ] && [ -f "$etc/host.env" ]; then state=$(sed -n 's/^ETCD_STATE=//p' "$etc/host.env"); fi
if [ -n "$etcd$control_plane" ]; then
    sh "$library/k8s-generate-certs.sh" --host "$host" ${root:+--root "$root"} || die "the certificates could not be made."
fi
if [ -n "$etcd" ] && [ ! -d "$data/member" ]; then
    for other in $etcd_members; do
        [ "${other%%=*}" != "$host" ] || continue
        endpoint=https://$(url "${other#*=}"):2379
        peer=https://$(url "$address"):2380
        # One that never ran has no client URL: the others wait for it as it is. One that was added has no name.
        # Where the others all run and do not know this host, an earlier run removed it and did not come to add it.
        seen=$(etcdctl_at "$endpoint" member list 2>/dev/null |
            awk -F ', ' -v name="$host" -v peer="$peer" -v members="$etcd_members" '
                $5 != "" { started++ }
                !found && ($3 == name || $4 == peer) { found = 1; print $1, ($3 == "" ? "added" : $5 == "" ? "awaited" : "lost") }
                END { if (!found && started == NR && NR == split(members, all, " ") - 1) print "- removed" }')
        case $seen in
            '') continue ;;
            # Also of a cluster that was restored without it, which is another one than that of the definition.
            *' awaited') ;;
            *' lost' | *' removed')
                [ "${seen% *}" = - ] || member remove "${seen% *}"
                member add "$host" --peer-urls="$peer" ;;
        esac
        state=existing
        break
    done
fi
cat >"$stage/env" <<END
# Of platform-gitops, written by k8s-install.sh: which host this is.
NAME=$host
ADDRESS=$address
URL_ADDRESS=$(url "$address")
ETCD_STATE=$state
END
put "$stage/env" "$etc/host.env" 644

# --- The parts.
if [ -n "$etcd" ]; then
    begin globular-etcd.service
    folder "$data" 700 "$settings_etcd_user"
    put_unit globular-etcd.service
    if [ "$(systemd is-enabled "$settings_unit" 2>/dev/null || :)" = enabled ]; then
        stopped=yes
        systemd disable --now "$settings_unit"
    fi
    # The first member of three waits for the second, and an API server for both.
    if ! starts || [ $((2 * (1 + $(running_members | wc -l)))) -gt "$(say "$etcd_members" | wc -w)" ]; then healthy etcd_healthy; else
        healthy true
        waits=$control_plane control_plane=''
    fi
fi
if [ -n "$control_plane" ]; then
    begin kube-apiserver.service
    config admin "https://$(url "$address"):6443"
    program kube-apiserver
    put_unit kube-apiserver.service
    healthy api_healthy
    begin kube-controller-manager.service
    config controller-manager "https://$(url "$address"):6443"
    program kube-controller-manager
    put_unit kube-controller-manager.service
    healthy manager_healthy
    begin kube-scheduler.service
    config scheduler "https://$(url "$address"):6443"
    program kube-scheduler
    put_unit kube-scheduler.service
    healthy scheduler_healthy
fi
if [ -n "$worker" ]; then
    begin kubelet.service
    # A package's script gets no arguments.
    brought=''
    if [ -z "$join" ] && [ -f "$etc/join" ]; then join=$etc/join brought=yes; fi
    if [ -n "$join" ]; then
        tar -C "$stage" -xf "$join" ca.crt kubernetes-client-ca.crt bootstrap.conf 2>/dev/null || die "$join is not what 'k8s-node.sh add' wrote."
        folder "$own" 755
        put "$stage/ca.crt" "$own/ca.crt" 644
        put "$stage/kubernetes-client-ca.crt" "$own/kubernetes-client-ca.crt" 644
        put "$stage/bootstrap.conf" "$etc/bootstrap.conf" 600
    fi
    [ -f "$own/kubernetes-client-ca.crt" ] || usage "this worker has not joined: run 'k8s-node.sh add $host' on a control plane, and give its file with --join, or bring it to $etc/join."
    program kubelet
    rooted "$tree/worker/kubelet.yaml" >"$stage/kubelet.yaml"
    put "$stage/kubelet.yaml" "$etc/kubelet.yaml" 644
    put_unit kubelet.service
    healthy kubelet_healthy
    [ -z "$brought" ] || rm -f "$etc/join"
fi

# --- What keeps it well.
begin k8s-certs.timer
for unit in k8s-certs.service k8s-certs.timer k8s-certs-changed.path k8s-certs-changed.service k8s-health.service k8s-health.timer \
    k8s-backup.service k8s-backup.timer k8s-approve.service k8s-approve.timer; do
    put_unit "$unit"
done
timers=k8s-health.timer
if [ -n "$etcd$control_plane" ]; then timers="$timers k8s-certs.timer k8s-certs-changed.path"; fi
if [ -n "$etcd" ]; then timers="$timers k8s-backup.timer"; fi
if [ -n "$control_plane" ]; then timers="$timers k8s-approve.timer"; fi
systemd daemon-reload
for unit in $timers; do
    systemd enable "$unit"
    systemd start "$unit"
done
part=''
if [ -n "$control_plane" ]; then
    if starts; then
        for object in "$tree"/bindings/*.yaml; do
            name=${object##*/}
            name=${name%.yaml}
            api "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/$name?fieldManager=platform-gitops&force=true" -f -o /dev/null \
                -X PATCH -H 'Content-Type: application/apply-patch+yaml' --data-binary "@$object" || die "$object could not be applied."
        done
        sh "$library/k8s-register.sh" --host "$host" ${root:+--root "$root"} || say "$host is not registered in discovery." >&2
    fi
fi
if [ -z "$all" ]; then say "nothing to do: $host has Kubernetes $version."; else
    say "installed Kubernetes $version on $host:"
    for path in $all; do say "  $path"; done
fi
[ -z "$waits" ] || say "etcd waits for another member: k8s-install.sh there, and then here again for the control plane."
