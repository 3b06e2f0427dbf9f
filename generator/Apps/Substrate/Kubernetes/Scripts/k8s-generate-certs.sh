#!/bin/sh
# Makes the certificates of this host, and renews what is due: what is missing, has other names or another CA, or has lived for two thirds
# of its time. Doing it again changes nothing.
#   k8s-generate-certs.sh [--all | --name NAME]   --all or --name: renews these in any case. The key for Secrets is made once, and stays
#   k8s-generate-certs.sh --check                 says what is due or wrong, and changes nothing. Exit 0: nothing
#   k8s-generate-certs.sh --export FILE           what another host of etcd or of the control plane needs: keep it from others
#   k8s-generate-certs.sh --import FILE           on that host, before anything else
#   k8s-generate-certs.sh --for kubeadm|k3s       puts the CAs where kubeadm or k3s looks for them, before its first start
# Each takes [--host NAME] [--root DIR]. The key of the root CA is needed only until the CAs below it are made: take it away then.
set -eu
umask 077
. "$(dirname "$0")/k8s-lib.sh"
# shellcheck source=/dev/null
. "$here/k8s-issue.sh"

verb=make names='' file=''
while [ $# -gt 0 ]; do
    case $1 in
        --all) names=all ;;
        --check) verb=check ;;
        --name | --host | --root | --export | --import | --for)
            [ $# -ge 2 ] || usage "'$1' needs a value; see the head of this file."
            case $1 in
                --name) names=$2 ;;
                --host) host=$2 ;;
                --root) root=$(cd "$2" && pwd) ;;
                *) verb=${1#--} file=$2 ;;
            esac
            shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
as_root
need openssl
find_host
faults=0 made=0 known='' new_cluster=''

fault() { faults=$((faults + 1)); say "FAULT $*"; }
unreadable() { die "the key $1 cannot be read: run it as root, or bring the file back from a snapshot."; }
readable() { openssl pkey -noout -in "$1" 2>/dev/null || unreadable "$1"; }

# When a CA ends; each is read once.
ca_end() { eval "say \"\${end_$(name_of "$1")}\""; }
# While the root is replaced, both are trusted: the one that ends last counts.
read_end() {
    last=$(ends "$pki/$1.crt")
    if [ "$1" = ca ]; then
        nth 2 "$pki/ca.crt" >"$stage/second"
        if [ -s "$stage/second" ] && [ "$(ends "$stage/second")" -gt "$last" ]; then last=$(ends "$stage/second"); fi
    fi
    eval "end_$(name_of "$1")=$last"
}
name_of() { case $1 in ca) say root ;; etcd-ca) say etcd ;; kubernetes-ca) say servers ;; kubernetes-client-ca) say clients ;; *) say proxy ;; esac; }

# A CA: made once, and used until it ends.
ca() { # NAME COMMON-NAME [PARENT]
    if [ -f "$pki/$1.crt" ]; then
        read_end "$1"
        end=$(ca_end "$1")
        [ "$end" -gt "$now" ] || die "the CA $pki/$1.crt expired on $(day "$end"): put a new one with its key in its place; every certificate is made again then."
        [ "$end" -gt $((now + 2 * certificate_seconds)) ] || say "the CA $pki/$1.crt ends on $(day "$end"): certificates end before it." \
            "$(if [ "$1" = ca ]; then say k8s-replace-root-ca.sh; else say k8s-replace-ca.sh; fi) replaces it."
        return
    fi
    if [ "$verb" != make ]; then fault "the CA $pki/$1.crt is missing."; return; fi
    [ "$1" != ca ] || new_cluster=yes
    [ ! -e "$pki/$1.key" ] || die "there is $pki/$1.key without its certificate: bring $1.crt back from a snapshot, or remove the key."
    [ -z "${3:-}" ] || [ -f "$pki/$3.key" ] || die "the key of $3 is not here: bring $pki/$3.key back, or --import what another host exported."
    new_key "$stage/key"
    openssl_file '' serverAuth >"$stage/conf"
    request "$stage/key" "/O=$zone_name/CN=$2"
    if [ -z "${3:-}" ]; then sign ca_root $((now + ca_seconds)) -selfsign -keyfile "$stage/key"
    else
        readable "$pki/$3.key"
        end=$((now + ca_seconds / 2))
        limit=$(($(ca_end "$3") - 1))
        [ "$end" -lt "$limit" ] || end=$limit
        sign ca_below "$end" -cert "$pki/$3.crt" -keyfile "$pki/$3.key"
    fi
    replace "$stage/key" "$pki/$1.key" 600
    replace "$stage/crt" "$pki/$1.crt" 644
    read_end "$1"
    made=$((made + 1))
    say "made the CA $1."
}

# Subject, names and uses in the text of a certificate or a request.
shape() { printf '%s\n' "$1" | awk '
    /^ *Subject: / { $1 = $1; print }
    /X509v3 (Subject Alternative Name|Extended Key Usage|Key Usage)/ { getline; $1 = $1; print }'; }

# What is wrong with a certificate that is there; nothing where it stays.
due() { # CERTIFICATE KEY CA SUBJECT OWNER
    if [ ! -f "$1" ] || [ ! -f "$2" ]; then say 'it was missing'; return; fi
    public=$(openssl pkey -pubout -in "$2" 2>/dev/null) || unreadable "$2"
    case $(stat -c '%a %U' "$2") in
        "600 $5") ;;
        600*) [ -n "$root" ] || { say "its key was not $5's"; return; } ;;
        *) say 'others could read its key'; return ;;
    esac
    have=$(openssl x509 -noout -pubkey -startdate -enddate -text -in "$1" 2>/dev/null) || { say 'it cannot be read'; return; }
    case $have in "$public"*) ;; *) say 'its key is another one'; return ;; esac
    nth 1 "$pki/$3.crt" >"$stage/issuer"
    if ! verify -partial_chain -no_check_time -CAfile "$stage/issuer" "$1"; then say 'its CA is another one'; return; fi
    # A root CA that is replaced signs a CA again, which keeps its key.
    if ! nth 2 "$1" | cmp -s - "$stage/issuer"; then say 'it does not show its CA as that is now'; return; fi
    wanted=$(openssl req -new -utf8 -config "$stage/conf" -reqexts asked -subj "$4" -key "$2" -noout -text 2>/dev/null)
    if [ "$(shape "$have")" != "$(shape "$wanted")" ]; then say 'its names or uses are others'; return; fi
    ca=$3
    # shellcheck disable=SC2046 # Two numbers.
    set -- $(printf '%s\n' "$have" | sed -n 's/^not[A-Z][a-z]*=//p' | date -u -f - +%s)
    if [ "$2" -ge "$(ca_end "$ca")" ]; then say 'it would outlive its CA'; return; fi
    if [ $(((now - $1) * 3)) -ge $((($2 - $1) * 2)) ]; then say "two thirds of its life are over: it ends on $(day "$2")"; fi
}

# A certificate with a key of its own, both new where it is due. The issuing CA follows it in its file.
certificate() { # NAME FOLDER CA OWNER SUBJECT USES [SAN]
    known="$known $1"
    openssl_file "${7:-}" "$6" >"$stage/conf"
    why=$(due "$2/$1.crt" "$2/$1.key" "$3" "$5" "$4") || exit 1
    case $names in all | "$1") why=${why:-'it was asked for'} ;; esac
    [ -n "$why" ] || return 0
    if [ "$verb" = check ]; then fault "$2/$1.crt: $why"; return; fi
    [ -f "$pki/$3.key" ] || die "the key of $3 is not here: bring $pki/$3.key back, or --import what another host exported."
    readable "$pki/$3.key"
    end=$((now + certificate_seconds))
    limit=$(($(ca_end "$3") - 1))
    [ "$end" -lt "$limit" ] || end=$limit
    rm -f "$stage/key"
    new_key "$stage/key"
    request "$stage/key" "$5"
    sign leaf "$end" -cert "$pki/$3.crt" -keyfile "$pki/$3.key"
    nth 1 "$pki/$3.crt" >>"$stage/crt"
    replace "$stage/key" "$2/$1.key" 600 "$4"
    replace "$stage/crt" "$2/$1.crt" 644 "$4"
    made=$((made + 1))
    say "made $2/$1.crt until $(day "$end"): $why."
}

same() { # SOURCE TARGET MODE OWNER [WHAT]
    if [ -f "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c %a "$2")" = "$3" ]; then return; fi
    if [ "$verb" = check ]; then fault "$2 is not ${5:-$1}."; return; fi
    replace "$1" "$2" "$3" "$4"
    made=$((made + 1))
}

case $verb in
    export)
        for name in $cas; do readable "$pki/$name.key"; done
        (cd "$pki" && tar -cf - ca.crt sa.key sa.pub $(ls encryption.yaml 2>/dev/null) $(for name in $cas; do say "$name.crt $name.key"; done)) >"$stage/tar"
        replace "$stage/tar" "$file" 600
        say "wrote $file: whoever has it makes certificates for the cluster. Copy it by a way that others cannot read, --import it, delete it."
        exit 0 ;;
    import)
        [ -f "$file" ] || usage "there is no file $file."
        mkdir "$stage/in"
        tar -C "$stage/in" -xf "$file" 2>/dev/null || die "$file is not what --export wrote."
        for name in ca $cas; do
            [ -f "$stage/in/$name.crt" ] || die "$file is not what --export wrote: $name.crt is missing."
            # While CAs are replaced, the next file has one certificate of this one.
            [ ! -f "$pki/$name.crt" ] || related "$stage/in/$name.crt" "$pki/$name.crt" ||
                die "this host has another CA $pki/$name.crt: take it away first, if nothing uses it."
        done
        [ ! -f "$pki/encryption.yaml" ] || [ ! -f "$stage/in/encryption.yaml" ] || cmp -s "$stage/in/encryption.yaml" "$pki/encryption.yaml" ||
            die "this host has another $pki/encryption.yaml: Secrets may be encrypted with either. Join the keys of both by hand, the same way on each host."
        folder "$pki" 755
        for name in "$stage/in"/*; do
            case $name in *.key | */encryption.yaml) mode=600 ;; *) mode=644 ;; esac
            replace "$name" "$pki/${name##*/}" $mode
        done
        say "imported the CAs; k8s-generate-certs.sh makes this host's certificates."
        exit 0 ;;
esac

# --- The CAs. Etcd and the API server each trust one that signs for nobody else: a server's certificate opens neither.
if [ "$verb" = make ]; then
    folder "$pki" 755
    folder "$tls" 755
    [ -z "$control_plane" ] || folder "$own" 755
fi
ca ca "$zone_name root"
for name in $cas; do ca "$name" "$(subject_of "$name")" ca; done
if [ ! -f "$pki/sa.key" ]; then
    if [ "$verb" = make ]; then
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$stage/sa.key" 2>"$stage/log" || die "$(cat "$stage/log")"
        replace "$stage/sa.key" "$pki/sa.key" 600
        openssl pkey -in "$pki/sa.key" -pubout -out "$stage/sa.pub"
        replace "$stage/sa.pub" "$pki/sa.pub" 644
        made=$((made + 1))
    else fault "$pki/sa.key is missing."
    fi
fi
# The key with which API servers encrypt Secrets: one for all of them, made with the CAs. No API server reads them without it.
missing_key="the key for Secrets, $pki/encryption.yaml, is missing: --export on another control plane and --import here. Where none has it: --name encryption on one."
if [ ! -f "$pki/encryption.yaml" ] && [ -n "$new_cluster$control_plane" ]; then
    # The certificates are renewed without it; k8s-install.sh refuses.
    if [ "$verb" != make ]; then fault "$missing_key"
    elif [ -n "$new_cluster" ] || [ "$names" = encryption ] || [ "${control_planes#* }" = "$control_planes" ]; then
        cat >"$stage/encryption" <<END
# Of platform-gitops, written by k8s-generate-certs.sh. A backup without this file has no Secrets.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: $(head -c 32 /dev/urandom | base64 | tr -d '\n')
      # What was written before there was a key.
      - identity: {}
END
        replace "$stage/encryption" "$pki/encryption.yaml" 600
        made=$((made + 1))
        say "made the key for Secrets, $pki/encryption.yaml."
    else fault "$missing_key"
    fi
fi
if [ -f "$pki/encryption.yaml" ] && [ "$(stat -c %a "$pki/encryption.yaml")" != 600 ]; then
    die "others can read $pki/encryption.yaml: chmod 600 it, add a new key as the first one, and write every Secret again."
fi
for name in $cas sa ca; do
    [ ! -f "$pki/$name.key" ] || [ "$(stat -c %a "$pki/$name.key")" = 600 ] ||
        die "others can read $pki/$name.key: whoever read it makes certificates. chmod 600 it, and think about a new CA."
done

if [ "$verb" = for ]; then
    case $file in
        kubeadm)
            target=$root/etc/kubernetes/pki
            set -- ca:kubernetes-client-ca front-proxy-ca:front-proxy-ca ;;
        k3s)
            target=$root/var/lib/rancher/k3s/server/tls
            set -- server-ca:kubernetes-ca client-ca:kubernetes-client-ca request-header-ca:front-proxy-ca ;;
        *) usage "--for needs kubeadm or k3s." ;;
    esac
    for pair; do
        [ ! -f "$target/${pair%%:*}.crt" ] || cmp -s "$target/${pair%%:*}.crt" "$pki/${pair#*:}.crt" ||
            die "$target/${pair%%:*}.crt is there already: a cluster that runs keeps its CAs."
    done
    verb=make
    folder "$target" 755
    for pair; do
        same "$pki/${pair#*:}.key" "$target/${pair%%:*}.key" 600 root
        same "$pki/${pair#*:}.crt" "$target/${pair%%:*}.crt" 644 root
    done
    if [ "$file" = kubeadm ]; then
        same "$pki/sa.key" "$target/sa.key" 600 root
        same "$pki/sa.pub" "$target/sa.pub" 644 root
        [ ! -f "$pki/encryption.yaml" ] || same "$pki/encryption.yaml" "$target/encryption.yaml" 600 root
    else same "$pki/sa.key" "$target/service.key" 600 root
    fi
fi

# --- What this host serves and shows.
fqdn=$host.$zone_name
if [ -n "$etcd" ]; then
    names_here="DNS:$fqdn, DNS:etcd.$zone_name, IP:$address"
    certificate etcd-server "$tls" etcd-ca "$settings_etcd_user" "/CN=$fqdn" 'serverAuth, clientAuth' "$names_here"
    certificate etcd-peer "$tls" etcd-ca "$settings_etcd_user" "/CN=$fqdn" 'serverAuth, clientAuth' "$names_here"
    certificate etcd-client "$tls" etcd-ca root "/CN=etcd-client" clientAuth
fi
if [ -n "$control_plane" ]; then
    user=$settings_user
    short=kubernetes.default.svc
    san="DNS:kubernetes, DNS:kubernetes.default, DNS:$short, DNS:$short.$domain, DNS:kubernetes.$zone_name, DNS:$fqdn, IP:$service_ip, IP:$address"
    certificate apiserver "$own" kubernetes-ca "$user" /CN=kube-apiserver serverAuth "$san"
    certificate apiserver-etcd-client "$own" etcd-ca "$user" /CN=kube-apiserver-etcd-client clientAuth
    certificate apiserver-kubelet-client "$own" kubernetes-client-ca "$user" /CN=kube-apiserver-kubelet-client clientAuth
    certificate front-proxy-client "$own" front-proxy-ca "$user" /CN=front-proxy-client clientAuth
    certificate controller-manager "$own" kubernetes-client-ca "$user" /CN=system:kube-controller-manager clientAuth
    certificate scheduler "$own" kubernetes-client-ca "$user" /CN=system:kube-scheduler clientAuth
    certificate admin "$own" kubernetes-client-ca root /O=system:masters/CN=kubernetes-admin clientAuth
    # What the programs trust; and the keys with which the controller manager signs for kubelets and Service Accounts.
    for name in ca $cas; do same "$pki/$name.crt" "$own/$name.crt" 644 "$user"; done
    for name in kubernetes-ca kubernetes-client-ca sa; do same "$pki/$name.key" "$own/$name.key" 600 "$user"; done
    # The controller manager refuses a signing file with two certificates, and the CA files have two while CAs are replaced.
    for name in kubernetes-ca kubernetes-client-ca; do
        nth 1 "$pki/$name.crt" >"$stage/signing"
        same "$stage/signing" "$own/$name-signing.crt" 644 "$user" "the first certificate of $pki/$name.crt"
    done
    same "$pki/sa.pub" "$own/sa.pub" 644 "$user"
    [ ! -f "$pki/encryption.yaml" ] || same "$pki/encryption.yaml" "$own/encryption.yaml" 600 "$user"
    known="$known encryption"
fi

case $names in
    '' | all) ;;
    *) case " $known " in *" $names "*) ;; *) usage "this host has no certificate '$names', but$known." ;; esac ;;
esac
if [ $faults -gt 0 ]; then say "$faults faults."; exit 1; fi
if [ "$verb" = check ]; then say "the certificates of $host are as they should be."
elif [ $made -eq 0 ]; then say "nothing to do: the certificates of $host are as they should be."
fi
