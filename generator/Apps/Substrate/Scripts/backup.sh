#!/bin/sh
# Keeps what nobody can make again, and brings it back: the zones with their journals, the keys, and the configuration of the primary.
#   backup.sh create [--name NAME]        makes a snapshot and restores it on trial; without a name, 7 daily and 4 weekly ones are kept
#   backup.sh list
#   backup.sh verify [--snapshot NAME]    restores on trial, and touches nothing; all snapshots without a name
#   backup.sh restore --snapshot NAME [--wait SECONDS]
# Each takes [--key FILE] [--to DIR] [--root DIR]. A snapshot is one file, encrypted with the first line of the key file
# (/etc/globular-dns-backup.key): make it with 'openssl rand -base64 48', mode 0600, and keep a copy of it and of the snapshots elsewhere.
set -eu
umask 077
. "$(dirname "$0")/lib.sh"

verb='' name='' key='' to='' snapshot='' wait=30
while [ $# -gt 0 ]; do
    option=$1
    case $option in
        create | list | verify | restore) verb=$option; shift; continue ;;
        --verify) verb=verify; shift; continue ;;
        --*=*) value=${option#*=} option=${option%%=*} ;;
        *) [ $# -ge 2 ] || usage "'$option' needs a value; see the head of this file."; value=$2; shift ;;
    esac
    case $option in
        --name) name=$value ;;
        --snapshot) snapshot=$value ;;
        --key) key=$value ;;
        --to) to=$value ;;
        --wait) case $value in '' | *[!0-9]*) usage "--wait needs a number of seconds." ;; esac; wait=$value ;;
        --root) root=$(cd "$value" && pwd) ;;
        *) usage "unknown argument '$option'; see the head of this file." ;;
    esac
    shift
done
[ -n "$verb" ] || usage "say create, list, verify or restore; see the head of this file."
paths
case $name$snapshot in */* | .*) usage "a snapshot's name is the name of a file in $backups, without its ending." ;; esac
backups=${to:-$backups}
key=${key:-$root$settings_backup_key}
service=dns-$zone_name
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || usage "run it as root."

if [ "$verb" = list ]; then list_snapshots; exit 0; fi

need openssl tar
key_sound

work=$(mktemp -d) done='' aside=''
trap finish EXIT
trap 'exit 130' INT TERM HUP
finish() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -n "$aside" ] && [ -z "$done" ]; then take_back; fi
    rm -rf "$work" "$state/backup"
    exit "$status"
}

unpack() { tar -C "$1" -xpf -; }
role=primary
main=${primary_addresses%% *}
zones="$written_zones $child_zones"

# --- Taking: $snap/files is what is on the host, below the host's own paths; $snap/contents the records of each zone.
snap=$work/snap
take() {
    rm -rf "$snap"
    mkdir -p "$snap/files" "$snap/contents"
    for zone in $zones; do
        transfer "$main" "$zone" "$work/transfer.key" >"$snap/contents/$zone"
        [ -s "$snap/contents/$zone" ] || die "$main does not answer for $zone: verify.sh --repair"
    done
    # The server's files, when it says that they are whole.
    rm -rf "$state/backup"
    case $server in
        knot)
            knotc -c "$configuration" -b zone-backup +journal +kaspdb +timers +backupdir "$state/backup" >"$work/log" 2>&1 ||
                die "the server makes no backup: $(tail -n 1 "$work/log")"
            mkdir -p "$snap/files$settings_state/zones"
            for zone in $child_zones; do cp "$state/backup/zonefiles/$zone.zone" "$snap/files$settings_state/zones/"; done
            for part in journal keys timers; do
                [ ! -d "$state/backup/$part" ] || cp -R "$state/backup/$part" "$snap/files$settings_state/$part"
            done ;;
        # A file that is written meanwhile is found by the trial. Who asked for what is not kept in copies.
        bind) tar -C "$root/" --exclude=".$settings_state/queries/*" -cf - ".$settings_state" 2>"$work/log" | unpack "$snap/files" || die "$(cat "$work/log")" ;;
    esac
    (cd "$root/" && tar -cf - ".$settings_etc" ".$settings_library" ./etc/systemd/system/globular-dns*) | unpack "$snap/files"
    for text in "$snap/files$settings_etc/$settings_configuration" "$snap"/files/etc/systemd/system/globular-dns*; do
        [ -z "$root" ] || sed -i "s#$root/#/#g" "$text"
    done
    say "$server $zone_name" >"$snap/what"
    (cd "$snap" && find what files contents -type f -exec sha256sum {} + >"$work/sums")
    mv "$work/sums" "$snap/sums"
    tar -C "$snap" -czpf - . | crypt -salt >"$work/new"
}

# --- Restoring on trial.
# Puts the files of the snapshot below $root.
place() {
    umask 022
    (cd "$snap/files" && tar -cf - ".$settings_etc" ".$settings_library" ".$settings_state" ./etc/systemd/system/globular-dns*) | unpack "$root/"
    umask 077
    [ -n "$root" ] || chown -R "$settings_user:$settings_user" "$etc/keys" "$state"
    for text in "$configuration" "$units"/globular-dns*; do
        rooted "$text" >"$work/text"
        cat "$work/text" >"$text"
    done
}

# The records of a zone as the server reads them from the files that were placed.
read_zone() {
    case $server in
        knot) knotc -c "$configuration" zone-read "$1" 2>/dev/null | sed 's/^\[[^]]*\] //' | awk '{ $2 = $2 " IN"; print }' | records ;;
        bind)
            folder=$state/zones
            [ -f "$folder/$1.zone" ] || folder=$written
            named-checkzone -q -j -i none -k ignore -o - "$1" "$folder/$1.zone" 2>/dev/null | records ;;
    esac
}

# A server without a port and without the secondary. Says what is wrong.
trial() (
    root=$work/trial
    rm -rf "$root"
    mkdir "$root"
    paths
    place
    if [ "$server" = knot ]; then
        sed -i -e '/^ *listen:/d' -e '/^ *notify:/d' "$configuration"
        mkdir -p "$run"
        knotd -c "$configuration" >"$work/trial.log" 2>&1 &
        knotd=$!
        trap 'kill "$knotd" 2>/dev/null; wait "$knotd" 2>/dev/null || :' EXIT
    fi
    for zone in $zones; do
        tries=0
        until read_zone "$zone" >"$work/read" && cmp -s "$work/read" "$snap/contents/$zone"; do
            tries=$((tries + 1))
            [ $tries -lt 20 ] && [ "$server" = knot ] && kill -0 "$knotd" 2>/dev/null && sleep 0.25 && continue
            say "$zone: $(comm -3 "$work/read" "$snap/contents/$zone" | wc -l) records differ"
            exit 1
        done
    done
    for each in $transfer_key $child_keys; do
        [ -n "$(secret_in "$etc/keys/${each%%:*}.conf" 2>/dev/null)" ] || { say "the key ${each%%:*} is not in it"; exit 1; }
    done
)

# Opens a snapshot, restores it on trial, and says what is wrong with it.
examine() { # FILE
    rm -rf "$snap"
    mkdir "$snap"
    crypt -d <"$1" 2>/dev/null | tar -C "$snap" -xzpf - 2>/dev/null || :
    if ! (cd "$snap" && sha256sum --quiet -c sums) >/dev/null 2>&1; then say "$1 cannot be read: it is damaged, or $key is not its key."
    elif [ "$(cat "$snap/what")" != "$server $zone_name" ]; then
        say "$1 is a snapshot of another service ($(cat "$snap/what")), and this is $server $zone_name."
    else trial || :
    fi
}

create() {
    [ -f "$etc/role" ] || usage "nothing is installed in $etc: run install.sh."
    [ "$(cat "$etc/role")" = primary ] || usage "the secondary has nothing of its own: install.sh --transfer-key FILE brings it back."
    case $server in
        knot) need knotd knotc kdig ;;
        bind) need named-checkzone dig ;;
    esac
    mkdir -p "$backups"
    key_file "$work/transfer.key"
    file=$backups/${name:-$service-$(date -u +%Y%m%dT%H%M%SZ)}.snapshot
    [ ! -e "$file" ] || usage "the snapshot $file is there already: give another name."
    # A zone that changes meanwhile differs: once more.
    attempts=1
    until take; fault=$(examine "$work/new"); [ -z "$fault" ]; do
        [ $attempts -lt 3 ] || die "the snapshot does not bring back what is served: $fault"
        attempts=$((attempts + 1))
    done
    mv "$work/new" "$backups/.new" && mv "$backups/.new" "$file"
    date +%s >"$state/last-backup"
    prune
    say "made $file: $(cat "$snap"/contents/* | wc -l) records, restored on trial."
}

# --- Restoring.
take_back() {
    systemd stop globular-dns.service || :
    rm -rf "$etc" "$state" "$library"
    rm -f "$units"/globular-dns*
    for path in "$etc" "$state" "$library"; do [ ! -e "$path$aside" ] || mv "$path$aside" "$path"; done
    for unit in "$work"/units/*; do [ ! -f "$unit" ] || cp -p "$unit" "$units/"; done
    systemd daemon-reload || :
    [ -z "${was_active:-}" ] || systemd start globular-dns.service || :
    [ -z "${disabled:-}" ] || systemd enable --now "$settings_unit" || :
    say "nothing is changed: the restore failed and was taken back." >&2
}

restore() {
    [ -n "$snapshot" ] || usage "say which: --snapshot NAME; backup.sh list"
    case $server in
        knot) need knotd knotc kdig ;;
        bind) need named named-checkzone dig ;;
    esac
    begun=$(date +%s)
    [ -f "$backups/$snapshot.snapshot" ] || usage "there is no snapshot $backups/$snapshot.snapshot: backup.sh list"
    fault=$(examine "$backups/$snapshot.snapshot")
    [ -z "$fault" ] || die "$fault"
    was_active=$(systemd is-active globular-dns.service 2>/dev/null || :)
    [ "$was_active" = active ] || was_active=''
    mkdir -p "$work/units"
    for unit in "$units"/globular-dns*; do [ ! -f "$unit" ] || cp -p "$unit" "$work/units/"; done
    aside=.before-$(date -u +%Y%m%dT%H%M%SZ)
    [ -z "$was_active" ] || systemd stop globular-dns.service
    for path in "$etc" "$state" "$library"; do [ ! -e "$path" ] || mv "$path" "$path$aside"; done
    place
    [ -z "$root" ] || (umask 077; mkdir -p "$run")
    systemd daemon-reload
    if [ "$(systemd is-enabled "$settings_unit" 2>/dev/null || :)" = enabled ]; then
        disabled=yes
        say "$settings_unit" >"$etc/replaced"
        systemd disable --now "$settings_unit"
    fi
    systemd enable globular-dns.service $companions
    systemd start globular-dns.service
    key_file "$work/transfer.key"
    limit=$(($(date +%s) + wait))
    for zone in $zones; do
        until transfer "$main" "$zone" "$work/transfer.key" >"$work/served" && cmp -s "$work/served" "$snap/contents/$zone"; do
            [ "$(date +%s)" -lt "$limit" ] ||
                die "$main does not serve $zone as the snapshot has it after $wait s: journalctl -u globular-dns.service"
            sleep 0.2
        done
    done
    systemd start $companions
    done=yes
    say "restored $snapshot in $(($(date +%s) - begun)) s: $(cat "$snap"/contents/* | wc -l) records are served again."
    for path in "$etc" "$state" "$library"; do [ ! -e "$path$aside" ] || say "What was there before is in $path$aside: delete it when it is not needed."; done
    say "upgrade.sh brings what the tree changed since; verify.sh --repair on the secondary brings its copy."
}

case $verb in
    create) create ;;
    restore) restore ;;
    verify)
        faults=0
        for file in "$backups"/${snapshot:-*}.snapshot; do
            [ -f "$file" ] || usage "there is no snapshot $file: backup.sh list"
            fault=$(examine "$file")
            if [ -z "$fault" ]; then say "$file: $(cat "$snap"/contents/* | wc -l) records, restored on trial."
            else faults=$((faults + 1)); say "FAULT $file: $fault"
            fi
        done
        [ $faults -eq 0 ] || exit 1 ;;
esac
