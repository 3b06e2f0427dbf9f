#!/bin/sh
# Says what of this host's service is not as it should be, and with --repair repairs what can be repaired. Exit 0: all is well, 1: not.
#   verify.sh [--repair] [--metrics FILE] [--root DIR]
# The results are written for the textfile collector of the node exporter: into Debian's folder where that is there, else with --metrics.
set -eu
umask 077
. "$(dirname "$0")/lib.sh"
repair='' metrics=''
while [ $# -gt 0 ]; do
    case $1 in
        --repair) repair=yes ;;
        --metrics) [ $# -ge 2 ] || usage "--metrics needs a file."; metrics=$2; shift ;;
        --root) [ $# -ge 2 ] || usage "--root needs a folder."; root=$(cd "$2" && pwd); shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
[ -f "$etc/role" ] || usage "nothing is installed in $etc: run install.sh."
role=$(cat "$etc/role")
case $server in
    knot) need knotc kdig ;;
    bind) need named dig ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
faults=0 behind=0 repaired=0 compared=yes
if [ -z "$metrics" ] && [ -d "$root$settings_metrics" ]; then metrics=$root$settings_metrics/globular-dns.prom; fi

fault() { faults=$((faults + 1)); say "FAULT $*"; }
fixed() { repaired=$((repaired + 1)); say "repaired $*"; }

# --- Keys.
for file in "$etc"/keys/*; do
    mode=$(stat -c %a "$file")
    if [ "$mode" != 600 ]; then
        if [ -n "$repair" ] && chmod 600 "$file"; then fixed "$file: it had mode $mode; whoever could read it has the key: make a new one."
        else fault "$file has mode $mode: others can read the key."
        fi
    fi
done

# --- The service answers.
main=$(addresses_of "$role"); main=${main%% *}
answers() { for address in $(addresses_of "$role"); do
    [ -n "$(ask "$address" "$zone_name" SOA)" ] && [ -n "$(ask "$address" "$zone_name" SOA +tcp)" ] || return 1
done; }
if ! answers; then
    if [ -n "$repair" ]; then
        systemd restart globular-dns.service || :
        tries=0
        until answers || [ $tries -ge 10 ]; do tries=$((tries + 1)); sleep 0.5; done
    fi
    if answers; then [ -z "$repair" ] || fixed "the service: it did not answer, and was started again."
    else fault "$main does not answer for $zone_name by UDP and TCP: journalctl -u globular-dns.service"
    fi
fi

# --- What it serves.
key=$work/key
key_file "$key"

# Whole contents: equal serials do not mean equal records.
served() { transfer "$main" "$1" "$key" >"$work/served"; }
wanted() {
    if [ "$role" = primary ]; then records <"$written/$1.zone" >"$work/wanted"; else
        for address in $primary_addresses; do
            transfer "$address" "$1" "$key" >"$work/wanted"
            [ ! -s "$work/wanted" ] || return 0
        done
        return 1
    fi
}
same() { served "$1" && cmp -s "$work/served" "$work/wanted"; }
# Both are read at two moments, and an update needs a moment from the primary to the secondary.
settles() {
    tries=0
    until wanted "$1" && same "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 10 ] || return 1
        sleep 0.5
    done
}
again() {
    case $role-$server in
        primary-*) systemd reload globular-dns.service ;;
        secondary-knot) knotc -c "$configuration" zone-retransfer "$1" >/dev/null ;;
        secondary-bind) systemd stop globular-dns.service; rm -f "$state/zones/$1.zone" "$state/zones/$1.zone.jnl"
            systemd start globular-dns.service ;;
    esac
}
zones=$written_zones
[ "$role" = primary ] || zones="$zones $child_zones"
for zone in $zones; do
    if ! wanted "$zone"; then
        # The primary is away: the copy goes on until it expires.
        say "the primary does not answer; $zone could not be compared."
        compared=''
        continue
    fi
    if ! same "$zone"; then
        if [ "$role" = secondary ] && settles "$zone"; then continue; fi
        if [ -n "$repair" ]; then
            again "$zone" || :
            if settles "$zone"; then fixed "$zone: it differed from the $([ "$role" = primary ] && say file || say primary)."; continue; fi
        fi
        behind=$((behind + 1))
        fault "$zone: $(comm -3 "$work/served" "$work/wanted" | wc -l) records differ, the first is: $(comm -3 "$work/served" "$work/wanted" | head -n 1 | tr '\t' ' ')"
    fi
done

if [ "$role" = primary ]; then
    aliases "$written/$zone_name.zone" >"$work/aliases"
    unaddressed "$work/aliases" "$written/$zone_name.zone" >"$work/unaddressed"
    while read -r alias target; do
        answered "$main" "$target" || fault "$alias names $target, which has no address."
    done <"$work/unaddressed"
fi

# --- The queries that it keeps.
if [ -n "$settings_query_log" ]; then
    [ "$(stat -c %a "$state/queries" 2>/dev/null)" = 700 ] || fault "$state/queries is not a folder of mode 700: run install.sh."
    if [ "$server" = knot ] && ! systemd is-active globular-dns-queries.service >/dev/null; then
        [ -z "$repair" ] || systemd start globular-dns-queries.service || :
        if [ -n "$repair" ] && systemd is-active globular-dns-queries.service >/dev/null; then
            fixed "the query log: its service did not run, and was started."
        else fault "nothing keeps the queries: journalctl -u globular-dns-queries.service"
        fi
    fi
fi
# When the newest of them was written; 0 without any.
kept_at() { find "$state/queries" -type f -printf '%T@\n' 2>/dev/null | sort -n | sed -n '$s/\..*//p' | grep . || say 0; }

# --- What it refuses.
for zone in $zones $child_zones; do
    if [ -n "$(transfer "$main" "$zone")" ]; then fault "$zone can be transferred without a key: every name in it is open to all."; fi
done

# --- What is measured. On the secondary, how long ago it was seen to have the primary's contents.
now=$(date +%s)
if [ "$behind" -eq 0 ] && [ -n "$compared" ]; then say "$now" >"$state/in-step"; fi

# The least of the times after which a zone is served no more while the primary stays away (RFC 7314).
expires_in() {
    for zone in $zones; do
        case $server in
            knot) kdig -b "$main" @"$main" -p "$settings_port" +time=1 +retry=1 +ednsopt=9 "$zone" SOA ;;
            bind) dig -b "$main" @"$main" -p "$settings_port" +time=1 +tries=2 +norec +expire "$zone" SOA ;;
        esac 2>/dev/null | sed -n 's/^;.*EXPIRE: \([0-9]*\).*/\1/p'
    done | sort -n | head -n 1
}
gauge() { say "# TYPE globular_dns_$1 gauge"; say "globular_dns_$1{substrate=\"$substrate\",role=\"$role\"} $2"; }
if [ -n "$metrics" ]; then
    fresh=$(mktemp "$(dirname "$metrics")/.globular-dns.XXXXXX")
    {
        gauge verify_faults "$faults"
        gauge zones_behind "$behind"
        gauge verify_timestamp_seconds "$now"
        [ -z "$settings_query_log" ] || gauge query_log_timestamp_seconds "$(kept_at)"
        if [ "$role" = secondary ]; then
            [ ! -f "$state/in-step" ] || gauge secondary_behind_seconds $((now - $(cat "$state/in-step")))
            gauge zone_expires_seconds "$(expires_in | grep . || say 0)"
        elif [ -f "$state/last-backup" ]; then
            gauge backup_timestamp_seconds "$(cat "$state/last-backup")"
        fi
    } >"$fresh"
    chmod 644 "$fresh"
    mv -f "$fresh" "$metrics"
fi
if [ $faults -gt 0 ]; then say "$faults faults, $repaired repaired."; exit 1; fi
say "$zone_name is as it should be on this $role, $repaired repaired."
