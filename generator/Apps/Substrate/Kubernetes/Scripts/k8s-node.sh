#!/bin/sh
# Workers, on a host of the control plane.
#   k8s-node.sh add NAME [--out FILE]    writes what the worker joins with; it is good for a day, and secret
#   k8s-node.sh provision NAME           the same, and installs the worker by ssh from this tree
#   k8s-node.sh approve                  signs the serving certificates that the definition's workers ask for, and no others
#   k8s-node.sh list
# Each takes [--host NAME] [--root DIR].
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"
verb='' node='' out=''
while [ $# -gt 0 ]; do
    case $1 in
        add | provision | approve | list) verb=$1 ;;
        --out | --host | --root)
            [ $# -ge 2 ] || usage "'$1' needs a value; see the head of this file."
            case $1 in --out) out=$2 ;; --host) host=$2 ;; *) root=$(cd "$2" && pwd) ;; esac
            shift ;;
        -*) usage "unknown argument '$1'; see the head of this file." ;;
        *) node=$1 ;;
    esac
    shift
done
[ -n "$verb" ] || usage "say add, provision, approve or list; see the head of this file."
paths
as_root
find_host
[ -n "$control_plane" ] || usage "$host is not of the control plane: $control_planes"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
worker_address() { for entry in $workers; do [ "${entry%%=*}" != "$1" ] || say "${entry#*=}"; done; }
random() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

add() {
    [ -n "$(worker_address "$node")" ] || usage "'$node' is not a worker of the definition: $workers"
    [ ! -e "$out" ] || usage "$out is there already."
    id=$(random 3) secret=$(random 8)
    cat >"$work/token" <<END
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bootstrap-token-$id", "namespace": "kube-system"},
 "type": "bootstrap.kubernetes.io/token", "stringData": {"token-id": "$id", "token-secret": "$secret", "description": "$node joins",
  "expiration": "$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)", "usage-bootstrap-authentication": "true"}}
END
    api /api/v1/namespaces/kube-system/secrets -f -o /dev/null -H 'Content-Type: application/json' --data-binary "@$work/token" ||
        die "the API server does not take the token: k8s-health.sh"
    cat >"$work/bootstrap.conf" <<END
apiVersion: v1
kind: Config
clusters:
  - name: $cluster
    cluster: { server: "https://kubernetes.$zone_name:6443", certificate-authority: $settings_kubernetes_pki/ca.crt }
users:
  - name: bootstrap
    user: { token: $id.$secret }
contexts:
  - name: $cluster
    context: { cluster: $cluster, user: bootstrap }
current-context: $cluster
END
    cp "$own/ca.crt" "$own/kubernetes-client-ca.crt" "$work/"
    tar -C "$work" -cf "$work/join" ca.crt kubernetes-client-ca.crt bootstrap.conf
    replace "$work/join" "$out" 600
    say "wrote $out: on $node, k8s-install.sh --join FILE; then delete the file. For the package it is $settings_etc/join there." \
        "Its token ends in a day."
}

# The names and addresses of a request, in openssl's own form: it writes addresses of IPv6 in full.
names_of() { openssl req -noout -text "$@" 2>/dev/null | awk '/X509v3 Subject Alternative Name/ { getline; $1 = $1; print }' | tr ',' '\n' | sed 's/^ *//'; }
allowed() { # NAME ADDRESS
    names_of -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/unused" -subj /CN=allowed \
        -addext "subjectAltName=DNS:$1,DNS:$1.$zone_name,IP:$2"
}

# A request is signed where its sender is a worker of the definition that asks for its own name and address.
approve() {
    api /apis/certificates.k8s.io/v1/certificatesigningrequests?fieldSelector=spec.signerName%3Dkubernetes.io/kubelet-serving -f >"$work/all" ||
        die "the API server does not answer: k8s-health.sh"
    command -v jq >/dev/null || die "jq is missing: apt-get install jq"
    jq -r '.items[] | select((.status.conditions // []) == []) | .metadata.name + " " + .spec.username + " " + .spec.request' "$work/all" |
    while read -r name user request; do
        node=${user#system:node:}
        address_here=$(worker_address "$node")
        printf '%s' "$request" | base64 -d >"$work/request" || :
        allowed "$node" "$address_here" >"$work/allowed" </dev/null
        names=$(names_of -in "$work/request" | grep -vxF -f "$work/allowed" || :)
        if [ "$user" = "$node" ] || [ -z "$address_here" ] || [ -n "$names" ] ||
            [ "$(openssl req -noout -subject -nameopt RFC2253 -in "$work/request" 2>/dev/null)" != "subject=CN=system:node:$node,O=system:nodes" ]; then
            say "left $name of $user: it asks for other than its own name and address${names:+ ($names)}."
            continue
        fi
        jq --arg name "$name" '.items[] | select(.metadata.name == $name) | .apiVersion = "certificates.k8s.io/v1"
            | .kind = "CertificateSigningRequest" | .status.conditions = [{type: "Approved", status: "True", reason: "Substrate",
            message: "a worker of the definition asks for its own name and address"}]' "$work/all" >"$work/approved"
        api "/apis/certificates.k8s.io/v1/certificatesigningrequests/$name/approval" -f -o /dev/null -X PUT -H 'Content-Type: application/json' \
            --data-binary "@$work/approved" || die "$name could not be approved."
        say "approved $name of $node."
    done
}

case $verb in
    add | provision)
        [ -n "$node" ] || usage "say which: k8s-node.sh $verb NAME"
        out=${out:-$PWD/join-$node}
        add
        [ "$verb" = provision ] || exit 0
        target=root@$(worker_address "$node")
        folder=/root/kubernetes-$cluster
        (cd "$here/.." && tar -cf - .) | ssh "$target" "umask 077; mkdir -p $folder; tar -C $folder -xf -"
        ssh "$target" "umask 077; cat >$folder/join" <"$out"
        rm -f "$out"
        ssh "$target" "sh $folder/scripts/k8s-install.sh --join $folder/join; status=\$?; rm -f $folder/join; exit \$status" ;;
    approve) approve ;;
    list) api /api/v1/nodes -f -H 'Accept: application/json;as=Table;v=v1;g=meta.k8s.io' | jq -r '.rows[].cells[:5] | map(tostring) | join("  ")' ;;
esac
