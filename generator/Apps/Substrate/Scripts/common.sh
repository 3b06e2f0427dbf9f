# What all scripts of a substrate share. Sourced.
# shellcheck shell=sh disable=SC2034,SC2154

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit "${code:-1}"; }
usage() { code=2; die "$*"; }

here=$(cd "$(dirname "$0")" && pwd)

# Programs of servers are in /usr/sbin, which a plain user's PATH does not have.
PATH=$PATH:/usr/sbin:/sbin
root=''

# A program that is there, or what to install.
need() {
    for program; do
        command -v "$program" >/dev/null || die "$program is missing: apt-get install $settings_packages"
    done
}

# systemctl, but for a rehearsal in a folder (--root), where nothing is started. Tests name another program.
systemd() {
    if [ -n "${SYSTEMCTL:-}" ]; then "$SYSTEMCTL" "$@"
    elif [ -z "$root" ]; then systemctl "$@"
    fi
}

own_addresses() { ip -o addr show 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }'; }

# --- Snapshots: files in $backups, encrypted with the first line of $key.
crypt() { openssl enc -aes-256-cbc -pbkdf2 -iter 300000 -pass "file:$key" "$@"; }

key_sound() {
    [ -f "$key" ] || usage "the key file $key is missing: openssl rand -base64 48 >$key; chmod 600 $key. For a restore, copy the one that made it."
    case $(stat -c %a "$key") in *00) ;; *) usage "others can read the key file $key: chmod 600 $key" ;; esac
    [ "$(head -n 1 "$key" | tr -d '\n' | wc -c)" -ge 32 ] || usage "the first line of $key has less than 32 characters: openssl rand -base64 48 >$key"
}

list_snapshots() {
    for file in "$backups"/*.snapshot; do
        [ -f "$file" ] || { say "there is no snapshot in $backups."; return; }
        file_name=${file##*/}
        printf '%s  %s bytes  %s\n' "${file_name%.snapshot}" "$(stat -c %s "$file")" "$(date -u -d "@$(stat -c %Y "$file")" +%Y-%m-%dT%H:%M:%SZ)"
    done
}

# The newest of each of the last 7 days and of the last 4 weeks of $service stay. A folder may have those of others, and so may one in it;
# every one with another name stays.
prune() {
    days='' weeks=''
    for time in $(cd "$backups" && find . -maxdepth 1 -type f | sed -n "s#^\./$service-\([0-9]*T[0-9]*Z\)\.snapshot\$#\1#p" | LC_ALL=C sort -r); do
        file=$backups/$service-$time.snapshot
        day=${time%%T*}
        week=$(date -u -d "$day" +%G-%V) || continue
        stays=''
        case " $days " in *" $day "*) ;; *) [ "$(echo "$days" | wc -w)" -ge 7 ] || stays=yes; days="$days $day" ;; esac
        case " $weeks " in *" $week "*) ;; *) [ "$(echo "$weeks" | wc -w)" -ge 4 ] || stays=yes; weeks="$weeks $week" ;; esac
        [ -n "$stays" ] || rm -f "$file"
    done
}
