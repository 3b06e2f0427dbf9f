#!/bin/sh
# Says what of this host's part of Kubernetes is not as it should be. Exit 0: all is well, 1: not.
#   k8s-health.sh [--metrics FILE] [--host NAME] [--root DIR]
# The results are written for the textfile collector of the node exporter: into Debian's folder where that is there, else with --metrics.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"
metrics=''
begin "metrics" "$@"
if [ -z "$metrics" ] && [ -d "$root$settings_metrics" ]; then metrics=$root$settings_metrics/globular-kubernetes.prom; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
now=$(date +%s) faults=0
gauge() { say "globular_kubernetes_$1{substrate=\"$substrate\",host=\"$host\"${3:+,$3}} $2" >>"$work/metrics"; }
: >"$work/metrics"
part() { # NAME UNIT HEALTH-FUNCTION
    if "$3"; then gauge healthy 1 "part=\"$1\""; else
        gauge healthy 0 "part=\"$1\""
        faults=$((faults + 1))
        say "FAULT $1 is not healthy: journalctl -u $2"
    fi
}
if [ -n "$etcd" ]; then part etcd globular-etcd.service etcd_healthy; fi
if [ -n "$control_plane" ]; then
    part apiserver kube-apiserver.service api_healthy
    part controller-manager kube-controller-manager.service manager_healthy
    part scheduler kube-scheduler.service scheduler_healthy
fi
if [ -n "$worker" ]; then part kubelet kubelet.service kubelet_healthy; fi
if [ -n "$etcd$control_plane" ]; then
    wrong=0
    if ! sh "$here/k8s-generate-certs.sh" --check --host "$host" ${root:+--root "$root"} >"$work/certs" 2>&1; then
        faults=$((faults + 1))
        cat "$work/certs"
        # What only gets old is in certificate_left.
        wrong=$(grep -cv -e ': two thirds of its life are over: ' -e '^[0-9]* faults\.$' -e '^the CA .* ends on ' "$work/certs" || :)
    fi
    gauge certificate_faults "$wrong"
fi
# How much of each certificate's life is left, from 1 to 0.
for file in "$pki"/*.crt "$tls"/*.crt "$own"/*.crt; do
    [ -f "$file" ] || continue
    name=${file##*/}
    case " ${seen:-} " in *" $name "*) continue ;; esac
    seen="${seen:-} $name"
    gauge certificate_left "$(awk -v from="$(begins "$file")" -v to="$(ends "$file")" -v now="$now" \
        'BEGIN { left = (to - now) / (to - from); printf "%.4f", (left > 0 ? left : 0) }')" "certificate=\"${name%.crt}\""
done
gauge faults "$faults"
gauge health_timestamp_seconds "$now"
[ ! -f "$backups/last" ] || gauge backup_timestamp_seconds "$(cat "$backups/last")"
if [ -n "$metrics" ]; then
    fresh=$(mktemp "$(dirname "$metrics")/.globular-kubernetes.XXXXXX")
    LC_ALL=C sort "$work/metrics" | awk '{ name = $0; sub(/{.*/, "", name); if (name != last) print "# TYPE " name " gauge"; last = name; print }' >"$fresh"
    chmod 644 "$fresh"
    mv -f "$fresh" "$metrics"
fi
if [ "$faults" -gt 0 ]; then say "$faults faults."; exit 1; fi
say "Kubernetes on $host is as it should be."
