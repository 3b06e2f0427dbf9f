# How keys and certificates are made. Sourced.
# shellcheck shell=sh disable=SC2034,SC2154

now=$(date +%s)
# Nobody else reads this folder, and it goes with the script.
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM HUP

# The CAs below the root.
cas='etcd-ca kubernetes-ca kubernetes-client-ca front-proxy-ca'
subject_of() {
    case $1 in
        etcd-ca) say "$zone_name etcd" ;;
        kubernetes-ca) say "$cluster servers" ;;
        kubernetes-client-ca) say "$cluster clients" ;;
        front-proxy-ca) say "$cluster aggregation" ;;
    esac
}

# The file of a CA has two certificates while the CA is replaced: the first one signs, both are trusted.
nth() { awk -v n="$1" '/BEGIN CERTIFICATE/ { at++ } at == n' "$2"; }
bodies() { awk '/BEGIN CERTIFICATE/ { body = ""; next } /END CERTIFICATE/ { print body; next } { body = body $0 }' "$1"; }
related() {
    bodies "$1" >"$stage/bodies"
    bodies "$2" | grep -qxFf "$stage/bodies"
}

# What this machine trusts otherwise does not count.
verify() { SSL_CERT_DIR=$stage openssl verify "$@" >/dev/null 2>&1; }

stamp() { date -u -d "@$1" +%Y%m%d%H%M%SZ; }
day() { date -u -d "@$1" +%Y-%m-%d; }

# openssl_file SAN USES: the extensions of a certificate, of a CA and of the root.
openssl_file() {
    : >"$stage/index"
    cat <<END
[ca]
default_ca = here
[here]
database = $stage/index
new_certs_dir = $stage
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = none
prompt = no
[none]
[asked]
keyUsage = critical, digitalSignature
extendedKeyUsage = $2
${1:+subjectAltName = $1}
[leaf]
basicConstraints = critical, CA:FALSE
authorityKeyIdentifier = keyid
keyUsage = critical, digitalSignature
extendedKeyUsage = $2
${1:+subjectAltName = $1}
[ca_below]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca_root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
}
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>"$stage/log" || die "$(cat "$stage/log")"; }
request() { # KEY SUBJECT
    openssl req -new -utf8 -config "$stage/conf" -reqexts asked -subj "$2" -key "$1" -out "$stage/request" 2>"$stage/log" || die "$(cat "$stage/log")"
}
# The clock of a client may be five minutes behind.
sign() { # SECTION END ARGUMENT...
    section=$1 end=$2; shift 2
    openssl ca -batch -notext -preserveDN -config "$stage/conf" -extensions "$section" -startdate "$(stamp $((now - 300)))" \
        -enddate "$(stamp "$end")" -in "$stage/request" -out "$stage/crt" "$@" 2>"$stage/log" || die "$(tail -n 3 "$stage/log")"
}
