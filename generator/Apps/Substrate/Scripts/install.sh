#!/bin/sh
# Installs or updates the DNS service of a substrate on this host. Doing it again changes nothing; where it fails, the host is as before.
#   install.sh [--role primary|secondary] [--transfer-key FILE] [--wait SECONDS] [--root DIR]
# The primary makes the keys. The secondary needs the primary's transfer key: copy the file that install.sh names there.
# --wait says how long the service may take until it answers (30): a secondary of large zones transfers them first.
# --root rehearses in a folder: all is written below it, owned by whoever runs this, and nothing is started.
set -eu
umask 077
. "$(dirname "$0")/lib.sh"

role='' given='' wait=30
while [ $# -gt 0 ]; do
    case $1 in
        --role) [ $# -ge 2 ] || usage "--role needs primary or secondary."; role=$2; shift ;;
        --transfer-key) [ $# -ge 2 ] || usage "--transfer-key needs a file."; given=$2; shift ;;
        --wait) case ${2:-} in '' | *[!0-9]*) usage "--wait needs a number of seconds." ;; esac; wait=$2; shift ;;
        --root) [ $# -ge 2 ] || usage "--root needs a folder."; root=$(cd "$2" && pwd); shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
[ -n "$role" ] || role=$(own_role)
case $role in
    primary | secondary) ;;
    '') usage "this host has none of the addresses $primary_addresses $secondary_addresses: give --role." ;;
    *) usage "the role '$role' is neither primary nor secondary." ;;
esac
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || usage "run it as root, or rehearse with --root DIR."
case $server in
    knot) need knotd knotc kzonecheck kdig
        [ -z "$settings_query_log" ] || need fstrm_capture ;;
    bind) need named named-checkconf named-checkzone dig ;;
esac

tree=$here/..
stage=$(mktemp -d)
backup=$stage/backup
mkdir "$backup"
: >"$stage/created"
done=''

# Everything that was touched is as before, and so is the service.
rollback() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -z "$done" ] && [ -s "$stage/touched" ]; then
        LC_ALL=C sort -r "$stage/created" | while read -r path; do
            case $path in
                "$state"* | "$run"*) rm -rf "$path" ;; # The server may have written there meanwhile.
                *) if [ -d "$path" ]; then rmdir "$path" || :; else rm -f "$path"; fi ;;
            esac
        done
        (cd "$backup" && find . -type f) | while read -r path; do
            mv -f "$backup/$path" "/${path#./}"
        done
        systemd daemon-reload || :
        if [ -n "${was_active:-}" ]; then systemd restart globular-dns.service || :
        elif [ -n "${started:-}" ]; then systemd disable --now globular-dns.service $companions || :
        fi
        [ -z "${disabled:-}" ] || systemd enable --now "$settings_unit" || :
        say "nothing is changed: the installation failed and was taken back." >&2
    fi
    rm -rf "$stage"
    exit "$status"
}
trap rollback EXIT
trap 'exit 130' INT TERM HUP

# In a rehearsal all is its user's own.
own() { [ -n "$root" ] || chown "$settings_user:$settings_user" "$1"; }

folder() {
    [ -d "$1" ] && return
    folder "$(dirname "$1")" 755
    mkdir -m "$2" "$1"
    say "$1" >>"$stage/created"
    say "$1" >>"$stage/touched"
    [ "${3:-}" != service ] || own "$1"
}

# put SOURCE TARGET MODE [service]: only where it differs. The name appears with its content and its mode at once.
put() {
    if [ -f "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c %a "$2")" = "$3" ]; then return; fi
    say "$2" >>"$stage/touched"
    if [ -e "$2" ]; then
        mkdir -p "$backup$(dirname "$2")"
        cp -p "$2" "$backup$2"
    else
        say "$2" >>"$stage/created"
    fi
    fresh=$(mktemp "$(dirname "$2")/.globular-dns.XXXXXX")
    cat "$1" >"$fresh"
    [ "${4:-}" != service ] || own "$fresh"
    chmod "$3" "$fresh"
    mv -f "$fresh" "$2"
    changed="${changed:-} $2"
}

make_key() { # NAME ALGORITHM FILE
    bits=${2#hmac-sha}
    secret=$(head -c $((bits / 8)) /dev/urandom | base64 | tr -d '\n')
    case $server in
        knot) printf 'key:\n  - id: %s\n    algorithm: %s\n    secret: %s\n' "$1" "$2" "$secret" ;;
        bind) printf 'key "%s" {\n    algorithm %s;\n    secret "%s";\n};\n' "$1" "$2" "$secret" ;;
    esac >"$3"
}

# --- What will be there, below $stage/etc.
new=$stage/etc
mkdir -p "$new/keys" "$new/zones" "$stage/child"
rooted "$tree/$role/$settings_configuration" >"$new/$settings_configuration"
keys="$transfer_key:hmac-sha256"
[ "$role" = secondary ] || keys="$keys $child_keys"
for key in $keys; do
    name=${key%%:*} file=keys/${key%%:*}.conf
    if [ "$name" = "$transfer_key" ] && [ -n "$given" ]; then
        [ -n "$(secret_in "$given")" ] || die "$given is not the transfer key: copy $settings_etc/$file of the primary."
        cat "$given" >"$new/$file"
    elif [ -f "$etc/$file" ]; then
        cat "$etc/$file" >"$new/$file"
    elif [ "$role" = primary ]; then
        make_key "$name" "${key#*:}" "$new/$file"
    else
        usage "the secondary needs the primary's transfer key: copy $settings_etc/$file from $primary_name and give --transfer-key FILE."
    fi
done

# The primary is asked with a key that is given: a wrong one would be noticed only when the copy that is there expires.
if [ "$role" = secondary ] && [ -n "$given" ] && { [ -z "$root" ] || [ -n "${SYSTEMCTL:-}" ]; }; then
    (etc=$new; key_file "$stage/given")
    refused=''
    for address in $primary_addresses; do
        [ -n "$(ask "$address" "$zone_name" SOA)" ] || continue
        if [ -n "$(transfer "$address" "$zone_name" "$stage/given")" ]; then refused=''; break; fi
        refused=$address
    done
    [ -z "$refused" ] || die "$refused refuses the key in $given: copy $settings_etc/keys/$transfer_key.conf of the primary again."
fi

# What the view needs: a token, and a certificate that its clients are given. One of the operator's own in its place stays.
view_files=''
if [ -n "$settings_view_port" ]; then
    need socat openssl
    view_files='view.token view.key view.crt'
    for file in $view_files; do [ ! -f "$etc/keys/$file" ] || cat "$etc/keys/$file" >"$new/keys/$file"; done
    [ -f "$new/keys/view.token" ] || head -c 32 /dev/urandom | sha256sum | cut -d ' ' -f 1 >"$new/keys/view.token"
    if [ ! -f "$new/keys/view.key" ] || [ ! -f "$new/keys/view.crt" ]; then
        host=$([ "$role" = primary ] && say "$primary_name" || say "$secondary_name").$zone_name
        names=DNS:$host
        for address in $(addresses_of "$role"); do names=$names,IP:$address; done
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=$host" -addext "subjectAltName=$names" \
            -keyout "$new/keys/view.key" -out "$new/keys/view.crt" 2>"$stage/log" || die "no certificate: $(tail -n 1 "$stage/log")"
    fi
fi

# The serial is the one that is there while the records are the same, else the time; never less than before.
zone_file() { # SOURCE INSTALLED
    if [ -f "$2" ]; then
        serial=$(awk '$4 == "SOA" { print $7; exit }' "$2")
        awk -v s="$serial" '$4 == "SOA" { $7 = s } { print }' "$1" >"$stage/zone"
        if cmp -s "$stage/zone" "$2"; then cat "$2"; return; fi
        now=$(date +%s)
        [ "$now" -gt "$serial" ] || now=$((serial + 1))
    else
        now=$(date +%s)
    fi
    awk -v s="$now" '$4 == "SOA" { $7 = s } { print }' "$1"
}
if [ "$role" = primary ]; then
    for zone in $written_zones; do zone_file "$tree/zones/$zone.zone" "$written/$zone.zone" >"$new/zones/$zone.zone"; done
    for zone in $child_zones; do
        # What is there is the server's.
        [ -f "$state/zones/$zone.zone" ] || zone_file "$tree/zones/$zone.zone" '' >"$stage/child/$zone.zone"
    done
fi

# --- Checked before anything is touched.
case $server in
    knot)
        sed "s#include: keys/#include: $new/keys/#" "$new/$settings_configuration" >"$stage/check.conf"
        if ! knotc -c "$stage/check.conf" conf-check >"$stage/log" 2>&1; then
            ! grep -q "mod-dnstap" "$stage/log" || usage "this Knot has no dnstap for the query log: apt-get install knot-module-dnstap"
            die "the configuration is refused: $(tail -n 3 "$stage/log")"
        fi
        for zone in "$new"/zones/*.zone "$stage"/child/*.zone; do
            [ -f "$zone" ] || continue
            base=${zone##*/}
            kzonecheck -v -o "${base%.zone}" "$zone" >"$stage/log" 2>&1 || die "the zone ${base%.zone} is refused: $(head -n 3 "$stage/log")"
        done ;;
    bind)
        sed "s#\"$etc/keys/#\"$new/keys/#" "$new/$settings_configuration" >"$stage/check.conf"
        # The folder of the options need not be there yet.
        sed -i "s#directory \"$state\"#directory \"$stage\"#" "$stage/check.conf"
        named-checkconf "$stage/check.conf" >"$stage/log" 2>&1 || die "the configuration is refused: $(tail -n 3 "$stage/log")"
        for zone in "$new"/zones/*.zone "$stage"/child/*.zone; do
            [ -f "$zone" ] || continue
            base=${zone##*/}
            named-checkzone -q -k fail "${base%.zone}" "$zone" || die "the zone ${base%.zone} is refused: named-checkzone ${base%.zone} $zone"
        done ;;
esac

was_active=$(systemd is-active globular-dns.service 2>/dev/null || :)
[ "$was_active" = active ] || was_active=''

# An alias moves only to what answers already. On a host that serves nothing yet, the children are empty.
if [ "$role" = primary ] && [ -n "$was_active" ]; then
    file=zones/$zone_name.zone
    : >"$stage/aliases"
    [ ! -f "$written/$zone_name.zone" ] || aliases "$written/$zone_name.zone" >"$stage/aliases"
    aliases "$new/$file" | grep -vxFf "$stage/aliases" >"$stage/moved" || [ $? -eq 1 ]
    unaddressed "$stage/moved" "$new/$file" >"$stage/unaddressed"
    while read -r alias target; do
        answered "${primary_addresses%% *}" "$target" ||
            die "$alias would name $target, which has no address: create that one first, see it answered, and run this again."
    done <"$stage/unaddressed"
fi

# The space of the log that is there counts as free. The folder itself need not be there yet.
if [ -n "$settings_query_log" ]; then
    disk=$state
    until [ -d "$disk" ]; do disk=$(dirname "$disk"); done
    free=$(($(df -Pk "$disk" | awk 'NR == 2 { print $4 }') + $(du -sk "$state/queries" 2>/dev/null | cut -f 1 | grep . || say 0)))
    [ "$free" -gt "$settings_query_log" ] || usage "queryLog may take $((settings_query_log / 1024)) MB, but the disk of $disk has" \
        "$((free / 1024)) MB: write a smaller number, or make room. A full disk also stops updates."
fi

# --- Put in place.
folder "$etc" 755
folder "$etc/keys" 700 service
folder "$state" 700 service
folder "$state/zones" 700 service
case $server in
    knot) folder "$written" 755 ;;
    bind) folder "$written" 700 service ;; # It writes signed copies beside its files.
esac
[ -z "$settings_query_log" ] || folder "$state/queries" 700 service
folder "$library" 755
folder "$units" 755
# A rehearsal has the socket's folder too; else systemd makes it.
if [ -n "$root" ]; then
    folder "$run" 700 service
    [ -z "$settings_query_log" ] || [ "$server" != knot ] || folder "$run-queries" 700 service
fi
say "$role" >"$stage/role"
put "$stage/role" "$etc/role" 644
for key in $keys; do put "$new/keys/${key%%:*}.conf" "$etc/keys/${key%%:*}.conf" 600 service; done
for file in $view_files; do put "$new/keys/$file" "$etc/keys/$file" 600 service; done
if [ "$role" = primary ]; then
    for zone in $written_zones; do put "$new/zones/$zone.zone" "$written/$zone.zone" 644; done
    for zone in $child_zones; do
        [ ! -f "$stage/child/$zone.zone" ] || put "$stage/child/$zone.zone" "$state/zones/$zone.zone" 600 service
    done
fi
put "$new/$settings_configuration" "$configuration" 644
for script in "$here"/*.sh; do put "$script" "$library/${script##*/}" 755; done
for unit in "$tree"/*.service "$tree"/*.timer; do
    rooted "$unit" >"$stage/unit"
    put "$stage/unit" "$units/${unit##*/}" 644
done

# --- Started, and seen to answer.
if [ -z "$root" ] || [ -n "${SYSTEMCTL:-}" ]; then
    started=yes
    systemd daemon-reload
    if [ "$(systemd is-enabled "$settings_unit" 2>/dev/null || :)" = enabled ]; then
        disabled=yes
        say "$settings_unit" >"$stage/unit"
        put "$stage/unit" "$etc/replaced" 644
        systemd disable --now "$settings_unit"
    fi
    systemd enable globular-dns.service $companions
    needs=''
    if [ -z "$was_active" ]; then needs=start
    else
        for path in ${changed:-}; do
            case $path in
                "$library"/*) ;;
                *.zone) [ "$needs" = restart ] || needs=reload ;;
                *) needs=restart ;;
            esac
        done
    fi
    case $server-$needs in
        # BIND loads no zone whose journal ends elsewhere than its file: only a server that runs takes a changed file into its journal.
        bind-*start) for path in ${changed:-}; do
            case $path in "$written"/*.zone) rm -f "$path.jnl" ;; esac
        done ;;
    esac
    [ -z "$needs" ] || systemd "$needs" globular-dns.service
    case "${changed:-}" in
        *view*) [ -z "$view_files" ] || [ -z "$was_active" ] || systemd restart globular-dns-view.service ;;
    esac
    case "${changed:-} " in
        *queries.sh* | *queries.service* | */settings.sh*) case "$was_active $companions" in
            "active "*-queries.service*) systemd restart globular-dns-queries.service ;;
        esac ;;
    esac
    systemd start $companions
    limit=$(($(date +%s) + wait))
    for address in $(addresses_of "$role"); do
        # A secondary waits for its first transfer.
        until [ -n "$(ask "$address" "$zone_name" SOA)" ]; do
            systemd is-active globular-dns.service >/dev/null || die "the service ended: journalctl -u globular-dns.service"
            [ "$(date +%s)" -lt "$limit" ] ||
                die "$address does not answer for $zone_name after $wait s: journalctl -u globular-dns.service"
            sleep 0.5
        done
    done
fi

# A part that the definition has no more.
for unit in "$units"/globular-dns*; do
    if [ -f "$unit" ] && [ ! -f "$tree/${unit##*/}" ]; then
        systemd disable --now "${unit##*/}"
        rm -f "$unit"
    fi
done

done=yes
if [ -z "${changed:-}" ]; then say "nothing to do: $zone_name is installed as $role."; else
    say "installed $zone_name as $role:"
    for path in $changed; do say "  $path"; done
    if [ "$role" = primary ]; then
        say "The secondary needs $etc/keys/$transfer_key.conf; a program that writes a child needs the child's key there."
    fi
fi
