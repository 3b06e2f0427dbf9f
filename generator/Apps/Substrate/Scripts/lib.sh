# What the scripts share. Sourced: it reads the settings beside it and sets paths below --root.
# shellcheck shell=sh disable=SC2034,SC2154

# shellcheck source=/dev/null
. "$(dirname "$0")/common.sh"
# shellcheck source=/dev/null
. "$here/settings.sh"

paths() {
    etc=$root$settings_etc
    state=$root$settings_state
    run=$root$settings_run
    library=$root$settings_library
    units=$root/etc/systemd/system
    backups=$root/var/backups/globular-dns
    configuration=$etc/$settings_configuration
    case $server in
        knot) written=$etc/zones ;;
        bind) written=$state/written ;;
    esac
}

# Which of the two hosts this is, by its addresses.
own_role() {
    for address in $(own_addresses); do
        case " $primary_addresses " in *" $address "*) say primary; return ;; esac
        case " $secondary_addresses " in *" $address "*) say secondary; return ;; esac
    done
}

addresses_of() { if [ "$1" = primary ]; then say "$primary_addresses"; else say "$secondary_addresses"; fi; }

# The key in the file of the server's own form.
secret_in() {
    case $server in
        knot) sed -n 's/^ *secret: *"*\([^" ]*\)"*.*$/\1/p' "$1" ;;
        bind) sed -n 's/^.*secret "\([^"]*\)";.*$/\1/p' "$1" ;;
    esac
}

# The key for transfers, in a file as kdig and dig take it.
key_file() {
    case $server in
        knot) printf 'hmac-sha256:%s:%s\n' "$transfer_key" "$(secret_in "$etc/keys/$transfer_key.conf")" ;;
        bind) cat "$etc/keys/$transfer_key.conf" ;;
    esac >"$1"
}

# Texts name absolute paths; below --root they name those there.
rooted() {
    if [ -z "$root" ]; then cat "$1"; else
        sed -e "s#$settings_etc#$root$settings_etc#g" -e "s#$settings_state#$root$settings_state#g" \
            -e "s#$settings_run#$root$settings_run#g" -e "s#$settings_library#$root$settings_library#g" "$1"
    fi
}

# The own address of the same family: others may not be allowed to query.
source_to() {
    for own in $(addresses_of "$role"); do
        case $1/$own in
            *:*/*:*) say "$own"; return ;;
            *:*) ;;
            */*:*) ;;
            *) say "$own"; return ;;
        esac
    done
}

# ask ADDRESS NAME TYPE [OPTION...]: one query, short answer; nothing where no answer comes.
ask() {
    address=$1 name=$2 type=$3; shift 3
    case $server in
        knot) kdig -b "$(source_to "$address")" @"$address" -p "$settings_port" +short +time=1 +retry=1 +norec "$@" "$name" "$type" ;;
        bind) dig -b "$(source_to "$address")" @"$address" -p "$settings_port" +short +time=1 +tries=2 +norec "$@" "$name" "$type" ;;
    esac 2>/dev/null | sed '/^;/d'
}

# transfer ADDRESS ZONE [KEYFILE]: the records of a zone, one a line, sorted; without SOA and what signing adds.
transfer() { transfer_raw "$@" | records; }
transfer_raw() {
    case $server in
        knot) kdig -b "$(source_to "$1")" @"$1" -p "$settings_port" +time=5 +retry=0 ${3:+-k "$3"} "$2" AXFR ;;
        bind) dig -b "$(source_to "$1")" @"$1" -p "$settings_port" +time=5 +tries=1 +noidnout ${3:+-k "$3"} "$2" AXFR ;;
    esac 2>/dev/null
}

# The records of a transfer or of a zone file, in one form.
records() {
    awk '!/^;/ && NF >= 5 && $4 !~ /^(SOA|RRSIG|NSEC|NSEC3|NSEC3PARAM|DNSKEY|CDS|CDNSKEY|TSIG|TYPE65534)$/ { $1 = $1; print }' | LC_ALL=C sort
}

# The aliases of a zone file, as "NAME TARGET", without the closing dots.
aliases() { awk '$4 == "CNAME" { sub(/\.$/, "", $1); sub(/\.$/, "", $5); print $1, $5 }' "$1"; }

# Those whose target has no address in a zone file, in one pass: a zone may have 100,000 records. The wildcard of the closest name above a
# target that exists answers for it too; names above a record exist with it (RFC 4592).
unaddressed() { # ALIASES FILE
    [ -s "$1" ] || return 0
    awk '
        function above(name) { dot = index(name, "."); return dot ? substr(name, dot + 1) : "" }
        NR == FNR {
            line[++count] = $0; target[count] = $2 "."
            for (name = target[count]; name != ""; name = above(name)) asked[name]
            next
        }
        { for (name = $1; name != "" && !(name in exists); name = above(name)) if (name in asked) exists[name] }
        ($4 == "A" || $4 == "AAAA") && ($1 in asked || $1 ~ /^\*/) { addressed[$1] }
        END {
            for (i = 1; i <= count; i++) {
                for (closest = target[i]; closest != "" && !(closest in exists); ) closest = above(closest)
                if (!((closest == target[i] ? closest : "*." closest) in addressed)) print line[i]
            }
        }' "$1" "$2"
}

# Whether a server has an address for a name: one of a child is in no file. A name in the answer is the target of a CNAME.
answered() { { ask "$1" "$2" A; ask "$1" "$2" AAAA; } | grep -qv '\.$'; } # ADDRESS NAME
