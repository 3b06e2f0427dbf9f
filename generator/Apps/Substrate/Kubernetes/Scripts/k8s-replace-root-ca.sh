#!/bin/sh
# Replaces the root CA while everything runs, where the keys of the CAs below it are; the key of the old root is not needed. Between the
# steps both roots are trusted. The CAs below keep their keys. docs/substrate.md says what each other host does after each step.
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
now=$(date +%s)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP

count() { grep -c 'BEGIN CERTIFICATE' "$1"; }
public() { openssl x509 -noout -pubkey; }
# Whether a certificate of the root's file is that of a key.
is_of() { [ "$(nth "$1" "$pki/ca.crt" | public)" = "$(openssl pkey -pubout -in "$2" 2>/dev/null)" ]; }

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
else next=drop
fi
case $step in
    "$next") ;;
    back) [ "$next$waits" != trust ] || usage "there is no step to take back." ;;
    trust | sign | drop) usage "the next step is '$next', not '$step'." ;;
    *) usage "say which: --step trust, then sign, then drop; or back." ;;
esac

# Writes the root's file with the one of a key first, or last.
order() { # first|last KEY
    one=1 other=2
    is_of 1 "$2" || { one=2 other=1; }
    [ "$1" = first ] || { swap=$one one=$other other=$swap; }
    { nth $one "$pki/ca.crt"; nth $other "$pki/ca.crt"; } >"$stage/both"
    replace "$stage/both" "$pki/ca.crt" 644
}

trust() {
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
        ! openssl verify -CAfile "$stage/root" "$stage/first" >/dev/null 2>&1 || continue
        request "$pki/$name.key" "/O=$zone_name/CN=$(subject_of "$name")"
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

# What no client of the new root alone would trust.
shown_by() { # NAME ADDRESS PORT
    case $(openssl s_client -connect "$(url "$2"):$3" -CAfile "$stage/root" </dev/null 2>&1) in
        *'Verify return code: 0 (ok)'*) ;;
        *) die "$1 shows no chain of the new root at $(url "$2"):$3. Bring the files there and run k8s-generate-certs.sh; a host that is" \
            "gone is taken out of the definition." ;;
    esac
}
drop() {
    nth 1 "$pki/ca.crt" >"$stage/root"
    # In a rehearsal nothing runs.
    if [ -z "$root" ] || [ -n "${SYSTEMCTL:-}" ]; then
        for entry in $etcd_members; do shown_by "${entry%%=*}" "${entry#*=}" 2379; done
        for entry in $control_planes; do shown_by "${entry%%=*}" "${entry#*=}" 6443; done
    fi
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
        nth 1 "$pki/ca.crt" >"$stage/one"
        replace "$stage/one" "$pki/ca.crt" 644
        rm -f "$pki/ca.next"
    fi
}

case $step in
    trust) trust ;;
    sign) sign_below ;;
    drop) drop ;;
    back) back ;;
esac
sh "$here/k8s-generate-certs.sh" --host "$host" ${root:+--root "$root"}
files="Bring the files to every other host, workers too"
case $step in
    trust) say "The new root is trusted here. $files, restart the controller managers, then the pods that ask the API server;" \
        "then: --step sign" ;;
    sign) say "The new root signs. Bring the files to every other host of etcd and of the control plane; then: --step drop" ;;
    drop) say "The old root is gone here. $files, and restart the controller managers. Keep $pki/ca.key elsewhere." ;;
    back) say "The step is taken back here. Bring the files to the same hosts as after that step." ;;
esac
