#!/bin/sh
# Takes the service off this host. Keys and the records of programs stay, unless --purge is given: nobody can make them again.
# Snapshots stay in any case.
#   remove.sh [--purge] [--root DIR]
set -eu
. "$(dirname "$0")/lib.sh"
purge=''
while [ $# -gt 0 ]; do
    case $1 in
        --purge) purge=yes ;;
        --root) [ $# -ge 2 ] || usage "--root needs a folder."; root=$(cd "$2" && pwd); shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
paths
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || usage "run it as root."
systemd disable --now $companions globular-dns.service 2>/dev/null || :
rm -f "$units"/globular-dns.service "$units"/globular-dns-*.service "$units"/globular-dns-*.timer
systemd daemon-reload
if [ -f "$etc/replaced" ]; then systemd enable --now "$(cat "$etc/replaced")" || :; fi
rm -f "$configuration" "$etc/role" "$etc/replaced"
for zone in $written_zones; do rm -f "$written/$zone.zone"; done
if [ -n "$purge" ]; then rm -rf "$etc" "$state"; fi
rmdir "$written" "$etc/keys" "$etc" 2>/dev/null || :
rm -rf "$library"
# Kubernetes of the same host may have its scripts beside it.
rmdir "${library%/*}" 2>/dev/null || :
# When a persistent timer ran last; systemd keeps it.
rm -f "$root"/var/lib/systemd/timers/stamp-globular-dns-*.timer
if [ -n "$purge" ]; then say "removed $zone_name with its keys and records."; else say "removed $zone_name; keys and records are in $etc and $state (--purge)."; fi
