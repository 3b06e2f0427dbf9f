#!/bin/sh
# Replaces the CAs below the root while everything runs, where the key of the root CA is. Between the steps both the old ones and the new
# ones are trusted. What each other host does after each step:
# https://github.com/platform-gitops/platform-gitops/blob/main/docs/substrate.md
#   k8s-replace-ca.sh --step trust|sign|drop [--host NAME] [--root DIR]
# trust: makes new CAs, which everybody trusts beside the old ones, and which sign nothing yet.
# sign:  the new CAs sign, and every certificate is made again; those of the old CAs still open.
# drop:  the old CAs are not trusted any more.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"
# shellcheck source=/dev/null
. "$here/k8s-issue.sh"
step=''
begin step "$@"
need openssl

# Certificates of a CA's file, and whether a key waits for its turn.
state() { say "$(grep -c 'BEGIN CERTIFICATE' "$pki/$1.crt")$([ ! -f "$pki/$1.next" ] || say +)"; }
any_is() { for name in $cas; do [ "$(state "$name")" != "$1" ] || return 0; done; return 1; }
for name in ca $cas; do [ -f "$pki/$name.crt" ] || die "there is no CA $pki/$name.crt: k8s-generate-certs.sh makes them."; done
[ ! -f "$pki/ca.next" ] && [ "$(grep -c 'BEGIN CERTIFICATE' "$pki/ca.crt")" -eq 1 ] ||
    die "the root CA is being replaced: end that with k8s-replace-root-ca.sh first."
# A step that did not end comes first.
if any_is 1+; then next=trust
elif any_is 1; then next=$(if any_is 2; then say drop; else say trust; fi)
elif any_is 2+; then next=sign
else next=drop
fi
case $step in
    "$next") ;;
    trust | sign | drop) usage "the next step is '$next', not '$step'." ;;
    *) usage "say which: --step trust, then sign, then drop." ;;
esac

for name in $cas; do
    case $step-$(state "$name") in
        trust-1 | trust-1+)
            [ -f "$pki/ca.key" ] || die "the key of the root CA is not here: bring $pki/ca.key back."
            new_key "$stage/key"
            openssl_file '' serverAuth >"$stage/conf"
            request "$stage/key" "/O=$zone_name/CN=$(subject_of "$name")"
            end=$((now + ca_seconds / 2)) limit=$(($(ends "$pki/ca.crt") - 1))
            [ "$end" -lt "$limit" ] || end=$limit
            sign ca_below "$end" -cert "$pki/ca.crt" -keyfile "$pki/ca.key"
            { nth 1 "$pki/$name.crt"; cat "$stage/crt"; } >"$stage/both"
            replace "$stage/key" "$pki/$name.next" 600
            replace "$stage/both" "$pki/$name.crt" 644
            rm -f "$stage/key" ;;
        sign-2+)
            # The one of the key that waits goes first.
            first=2 second=1
            [ "$(nth 1 "$pki/$name.crt" | openssl x509 -noout -pubkey)" != "$(openssl pkey -pubout -in "$pki/$name.next")" ] || first=1 second=2
            { nth $first "$pki/$name.crt"; nth $second "$pki/$name.crt"; } >"$stage/both"
            replace "$stage/both" "$pki/$name.crt" 644
            replace "$pki/$name.next" "$pki/$name.key" 600
            rm -f "$pki/$name.next" ;;
        drop-2)
            nth 1 "$pki/$name.crt" >"$stage/one"
            replace "$stage/one" "$pki/$name.crt" 644 ;;
    esac
done
sh "$here/k8s-generate-certs.sh" --host "$host" ${root:+--root "$root"}
case $step in
    trust) say "The new CAs are trusted here. Bring the files to every other host, restart etcd and the API servers one host after the other, each healthy (k8s-health.sh) before the next, then: --step sign" ;;
    sign) say "The new CAs sign. Bring the files to every other host, wait until each certificate is a new one, kubelets' included, then: --step drop" ;;
    drop) say "The old CAs are gone here. Bring the files to every other host, and restart etcd and the API servers one host after the other, each healthy (k8s-health.sh) before the next." ;;
esac
