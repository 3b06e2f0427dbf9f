#!/bin/sh
# Replaces the root CA while everything runs, where the keys of the CAs below it are; the key of the old root is not needed. Between the
# steps both roots are trusted. The CAs below keep their keys. What each other host does after each step:
# https://github.com/platform-gitops/platform-gitops/blob/main/docs/substrate.md
#   k8s-replace-root-ca.sh --step trust|sign|drop|back [--host NAME] [--root DIR]
# trust: makes a new root, which everybody trusts beside the old one, and which signs nothing yet.
# sign:  the new root signs the CAs below it again, and each certificate is made again with that chain; a chain of the old root still opens.
# drop:  the old root is not trusted any more. Before that, each server has to show a chain of the new one.
# back:  takes back the last step, while it is not 'drop'.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"
# shellcheck source=/dev/null
. "$here/k8s-issue.sh"
step=''
begin step "$@"
need openssl

count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
public() { openssl x509 -noout -pubkey; }
# Whether a certificate of the root's file is that of a key.
is_of() { [ "$(nth "$1" "$pki/ca.crt" | public)" = "$(openssl pkey -pubout -in "$2" 2>/dev/null)" ]; }
starts() { nth "$1" "$pki/ca.crt" >"$stage/root"; begins "$stage/root"; }
certificates() { sh "$here/k8s-generate-certs.sh" --host "$host" ${root:+--root "$root"}; }

for name in ca $cas; do [ -f "$pki/$name.crt" ] || die "there is no CA $pki/$name.crt: k8s-generate-certs.sh makes them."; done
for name in $cas; do
    [ ! -f "$pki/$name.next" ] || die "the CA $name is being replaced: end that with k8s-replace-ca.sh first."
    [ -f "$pki/$name.key" ] || die "the key of $name is not here: bring $pki/$name.key back, or run this where it is."
done
waits=''
[ ! -f "$pki/ca.next" ] || waits=yes
# The new root signs from its first CA on; a step that did not end comes first.
signed=''
if [ "$(count "$pki/ca.crt")" -eq 2 ]; then
    if [ -z "$waits" ] || is_of 1 "$pki/ca.next"; then signed=yes; fi
fi
for name in $cas; do
    case $(count "$pki/$name.crt") in
        1) ;;
        *) [ "$(count "$pki/ca.crt")" -eq 2 ] || die "the CA $name is being replaced: end that with k8s-replace-ca.sh first."
            signed=yes ;;
    esac
done
if [ "$(count "$pki/ca.crt")" -eq 1 ]; then next=trust
elif [ -n "$waits" ]; then next=sign
else
    # The files of another host look like those after 'sign' from 'trust' on.
    next=drop
    if ! is_of 1 "$pki/ca.key" || [ "$(starts 1)" -lt "$(starts 2)" ]; then
        die "the key of the new root is not here: go on where it is ($pki/ca.next after 'trust', $pki/ca.key after 'sign')."
    fi
fi
# The step before may have ended without its certificates.
case $step in sign | drop) certificates | grep -v '^nothing to do' || : ;; esac
case $step-$next in
    "$next-$step" | trust-sign | sign-drop) ;;
    back-*)
        [ "$next$waits" != trust ] || usage "there is no step to take back."
        for name in $cas; do
            [ "$next" != drop ] || [ "$(count "$pki/$name.crt")" -eq 2 ] ||
                usage "'drop' has begun and cannot be taken back: give it again."
        done ;;
    drop-trust) usage "there is one root CA: 'drop' has ended here, or no replacement has begun. The next step is 'trust'." ;;
    trust-* | sign-* | drop-*) usage "the next step is '$next', not '$step'." ;;
    *) usage "say which: --step trust, then sign, then drop; or back." ;;
esac
# Each CA below has to be of the root that stays.
keep() { # ROOT
    for name in $cas; do
        nth 1 "$pki/$name.crt" >"$stage/first"
        verify -no_check_time -CAfile "$1" "$stage/first" || die "$pki/$name.crt is not of the root CA that would stay; nothing is changed."
    done
}

# Writes the root's file with the one of a key first, or last.
order() { # first|last KEY
    one=1 other=2
    is_of 1 "$2" || { one=2 other=1; }
    [ "$1" = first ] || { swap=$one one=$other other=$swap; }
    { nth $one "$pki/ca.crt"; nth $other "$pki/ca.crt"; } >"$stage/both"
    replace "$stage/both" "$pki/ca.crt" 644
}

trust() {
    # k3s and kubeadm have copies of the CAs of their own.
    if [ -z "$root" ] && [ -n "$control_plane" ] && [ ! -f "$units/kube-apiserver.service" ]; then
        die "the API server of this host is not one of k8s-install.sh: the root CA of k3s and kubeadm is not replaced by this."
    fi
    new_key "$stage/key"
    openssl_file '' serverAuth >"$stage/conf"
    request "$stage/key" "/O=$zone_name/CN=$zone_name root"
    sign ca_root $((now + ca_seconds)) -selfsign -keyfile "$stage/key"
    cat "$pki/ca.crt" "$stage/crt" >"$stage/both"
    replace "$stage/key" "$pki/ca.next" 600
    replace "$stage/both" "$pki/ca.crt" 644
    rm -f "$stage/key"
}

# A CA below has the same name and key under both roots, so a certificate of it is of both.
sign_below() {
    new=1
    is_of 1 "$pki/ca.next" || new=2
    nth $new "$pki/ca.crt" >"$stage/root"
    openssl_file '' serverAuth >"$stage/conf"
    for name in $cas; do
        nth 1 "$pki/$name.crt" >"$stage/first"
        ! verify -CAfile "$stage/root" "$stage/first" || continue
        openssl x509 -x509toreq -in "$stage/first" -signkey "$pki/$name.key" -out "$stage/request" 2>"$stage/log" ||
            die "$(cat "$stage/log")"
        end=$((now + ca_seconds / 2)) limit=$(($(ends "$stage/root") - 1))
        [ "$end" -lt "$limit" ] || end=$limit
        sign ca_below "$end" -cert "$stage/root" -keyfile "$pki/ca.next"
        cat "$stage/crt" "$stage/first" >"$stage/both"
        replace "$stage/both" "$pki/$name.crt" 644
    done
    order first "$pki/ca.next"
    # Kept for a step back.
    [ ! -f "$pki/ca.key" ] || mv -f "$pki/ca.key" "$pki/ca.before"
    mv -f "$pki/ca.next" "$pki/ca.key"
}

# Refuses where a client of the root that stays would not trust a server.
shown_by() { # NAME ADDRESS PORT
    # Without a certificate the code is 0 too. A server may be about to read its new files.
    for try in 1 2 3; do
        case $(timeout 10 openssl s_client -connect "$(url "$2"):$3" -CAfile "$stage/root" </dev/null 2>&1) in
            *'Server certificate'*'Verify return code: 0 (ok)'*) return ;;
        esac
        [ "$try" -eq 3 ] || sleep 1
    done
    die "$1 shows no chain of the $which root at $(url "$2"):$3. Bring the files there and run k8s-generate-certs.sh; a host that is" \
        "gone is taken out of the definition."
}
shown() { # old|new
    which=$1
    # In a rehearsal nothing runs.
    if [ -z "$root" ] || [ -n "${SYSTEMCTL:-}" ]; then
        for entry in $etcd_members; do shown_by "${entry%%=*}" "${entry#*=}" 2379; done
        for entry in $control_planes; do shown_by "${entry%%=*}" "${entry#*=}" 6443; done
    fi
}
drop() {
    nth 1 "$pki/ca.crt" >"$stage/root"
    keep "$stage/root"
    shown new
    for name in $cas; do
        nth 1 "$pki/$name.crt" >"$stage/one"
        replace "$stage/one" "$pki/$name.crt" 644
    done
    rm -f "$pki/ca.before"
    replace "$stage/root" "$pki/ca.crt" 644
}

back() {
    if [ -n "$signed" ]; then
        [ -n "$waits" ] || mv -f "$pki/ca.key" "$pki/ca.next"
        [ ! -f "$pki/ca.before" ] || mv -f "$pki/ca.before" "$pki/ca.key"
        for name in $cas; do
            [ "$(count "$pki/$name.crt")" -eq 2 ] || continue
            nth 2 "$pki/$name.crt" >"$stage/one"
            replace "$stage/one" "$pki/$name.crt" 644
        done
        order last "$pki/ca.next"
    else
        # The new root is the second one, where it is there already.
        nth 1 "$pki/ca.crt" >"$stage/root"
        keep "$stage/root"
        shown old
        replace "$stage/root" "$pki/ca.crt" 644
        rm -f "$pki/ca.next"
    fi
}

# When the first of the old CAs below ends; a server that runs may trust that one until it is started again.
until_old() {
    for name in $cas; do
        nth 2 "$pki/$name.crt" >"$stage/old"
        [ ! -s "$stage/old" ] || ends "$stage/old"
    done | sort -n | head -n 1
}

limit=$(until_old)
# A step that has ended already only prints what comes next.
case $step-$next in
    trust-trust) trust ;;
    sign-sign) sign_below; limit=$(until_old) ;;
    drop-drop) drop ;;
    back-*) back ;;
esac
status=0
certificates || status=$?
files="Bring the files to every other host, workers too; put $pki/ca.crt into kubeconfigs elsewhere. On each control plane:"
managers='systemctl restart kube-controller-manager kube-scheduler. Then restart the pods that ask the API server.'
servers="${limit:+Before $(day "${limit:-0}"), o}"
servers="${servers:-O}ne host after the other, each healthy (k8s-health.sh) before the next: systemctl restart globular-etcd kube-apiserver. Those that run trust the old CAs below."
case $step in
    trust) say "The new root is trusted here. $files $managers Then: --step sign" ;;
    sign) say "The new root signs. Bring the files to every other host of etcd and of the control plane. $servers Then: --step drop" ;;
    drop) say "The old root is gone here. $files $managers $servers Keep $pki/ca.key elsewhere." ;;
    back) say "The step is taken back here. Bring the files to the same hosts as after that step, with the same restarts." ;;
esac
say "Make a snapshot: k8s-backup.sh create. One with other files of the CAs cannot be restored."
[ "$status" -eq 0 ] || say "k8s-generate-certs.sh failed: put right what it says, and give this step again." >&2
exit "$status"
