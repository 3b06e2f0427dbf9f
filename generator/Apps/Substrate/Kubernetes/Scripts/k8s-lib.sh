# What the scripts of Kubernetes on a substrate share. Sourced: it sets paths below --root.
# shellcheck shell=sh disable=SC2034,SC2154
# shellcheck source=/dev/null
. "$(dirname "$0")/k8s-common.sh"
# shellcheck source=/dev/null
. "$here/k8s-settings.sh"

paths() {
    pki=$root$settings_pki
    tls=$root$settings_tls
    own=$root$settings_kubernetes_pki
    etc=$root$settings_etc
    data=$root$settings_etcd_data
    library=$root$settings_library
    programs=$root$settings_programs
    units=$root/etc/systemd/system
    backups=$root/var/backups/globular-kubernetes
}

# Sets host, address, and which of etcd, control_plane and worker the host is: by --host, else by its own addresses.
host='' address='' etcd='' control_plane='' worker=''
find_host() {
    known="$control_planes $etcd_members $workers"
    for entry in $known; do
        if [ -n "$host" ]; then [ "${entry%%=*}" = "$host" ] || continue
        else case " $(own_addresses | tr '\n' ' ') " in *" ${entry#*=} "*) ;; *) continue ;; esac
        fi
        host=${entry%%=*} address=${entry#*=}
        break
    done
    [ -n "$address" ] || usage "this host is none of ${host:+$host, }$known: give --host NAME."
    case " $etcd_members " in *" $host="*) etcd=yes ;; esac
    case " $control_planes " in *" $host="*) control_plane=yes ;; esac
    case " $workers " in *" $host="*) worker=yes ;; esac
}

as_root() { [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || usage "run it as root, or rehearse with --root DIR."; }

# begin OPTION ARGUMENT...: sets host, root and the one OPTION from the arguments, each '--NAME VALUE'; then paths and host are known.
begin() {
    allowed=" host root $1 "
    shift
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || usage "'$1' is unknown or needs a value; see the head of this file."
        case ${1#--} in "$1" | '' | *[!a-z]*) usage "unknown argument '$1'; see the head of this file." ;; esac
        case $allowed in *" ${1#--} "*) ;; *) usage "unknown argument '$1'; see the head of this file." ;; esac
        eval "${1#--}=\$2"
        shift 2
    done
    [ -z "$root" ] || root=$(cd "$root" && pwd)
    paths
    as_root
    find_host
}

# An address as a URL takes it.
url() { case $1 in *:*) say "[$1]" ;; *) say "$1" ;; esac; }

# In a rehearsal all is its user's own.
give() { [ -n "$root" ] || chown "$1:" "$2"; }

# The folders above it are for everybody: etcd and the API server have users of their own, and the scripts run with umask 077.
folder() { # PATH MODE [USER]
    [ -d "$1" ] && return
    folder "$(dirname "$1")" 755
    mkdir -m "$2" "$1"
    [ -z "${3:-}" ] || give "$3" "$1"
}

# replace SOURCE TARGET MODE [USER]: the name appears with its content, its owner and its mode at once.
replace() {
    fresh=$(mktemp "$(dirname "$2")/.new.XXXXXX")
    cat "$1" >"$fresh"
    [ -z "${4:-}" ] || give "$4" "$fresh"
    chmod "$3" "$fresh"
    mv -f "$fresh" "$2"
}

# Texts name absolute paths; below --root they name those there.
rooted() {
    if [ -z "$root" ]; then cat "$1"; else
        for path in "$settings_pki" "$settings_tls" "$settings_kubernetes_pki" "$settings_etc" "$settings_etcd_data" "$settings_library" \
            "$settings_programs"; do
            say "s#\([=:, ]\)$path\([/ ,\"]\|\$\)#\1$root$path\2#g"
        done | sed -f - "$1"
    fi
}

# --- Health.
etcdctl_at() { # ENDPOINT [ARGUMENT...]
    endpoint=$1; shift
    ETCDCTL_API=3 etcdctl --endpoints="$endpoint" --cacert="$pki/etcd-ca.crt" --cert="$tls/etcd-client.crt" --key="$tls/etcd-client.key" \
        --dial-timeout=2s --command-timeout=5s "$@"
}
# The other members of etcd, and which of those listen to members: also one that waits for another does.
other_members() { for entry in $etcd_members; do [ "${entry%%=*}" = "$host" ] || say "$entry"; done; }
running_members() {
    for entry in $(other_members); do
        curl -sk -o /dev/null --connect-timeout 2 --max-time 5 "https://$(url "${entry#*=}"):2380/version" || case $? in
            6 | 7 | 28) continue ;;
        esac
        say "${entry%%=*}"
    done
}
etcd_healthy() { etcdctl_at "https://$(url "$address"):2379" endpoint health >/dev/null 2>&1; }
fetch() { curl -s --max-time 5 --cacert "$own/ca.crt" "$@" 2>/dev/null; }
api() { path=$1; shift; fetch --cert "$own/admin.crt" --key "$own/admin.key" "$@" "https://$(url "$address"):6443$path"; }
api_healthy() { [ "$(api /readyz)" = ok ]; }
manager_healthy() { [ "$(fetch -k "https://$settings_local:10257/healthz")" = ok ]; }
scheduler_healthy() { [ "$(fetch -k "https://$settings_local:10259/healthz")" = ok ]; }
kubelet_healthy() { [ "$(fetch "http://$settings_local:10248/healthz")" = ok ]; }

# Seconds since 1970 of the beginning and the end of a certificate.
begins() { date -u -d "$(openssl x509 -noout -startdate -in "$1" | sed 's/^.*=//')" +%s; }
ends() { date -u -d "$(openssl x509 -noout -enddate -in "$1" | sed 's/^.*=//')" +%s; }
