#!/bin/sh
# Shows this host's zones and records over TLS, and changes nothing: GET /api/dns/zones and GET /api/dns/zones/NAME, as JSON, for who has
# the token in keys/view.token: curl --cacert view.crt -H "Authorization: Bearer $(cat view.token)" https://dns-1.globular.internal:10006/api/dns/zones
#   view.sh serve [--root DIR]     listens at the addresses of this host until it is ended
#   view.sh answer [--root DIR]    reads one request from its standard input and answers it: serve starts it for each
set -eu
umask 077
. "$(dirname "$0")/lib.sh"
verb=''
while [ $# -gt 0 ]; do
    case $1 in
        serve | answer) verb=$1 ;;
        --root) [ $# -ge 2 ] || usage "--root needs a folder."; root=$(cd "$2" && pwd); shift ;;
        *) usage "unknown argument '$1'; see the head of this file." ;;
    esac
    shift
done
[ -n "$verb" ] || usage "say serve; see the head of this file."
paths
[ -f "$etc/role" ] || usage "nothing is installed in $etc: run install.sh."
role=$(cat "$etc/role")
keys=$etc/keys

serve() {
    need socat
    trap 'kill $listeners 2>/dev/null || :; wait; exit 0' INT TERM HUP
    listeners=''
    for address in $(addresses_of "$role"); do
        case $address in *:*) where="bind=[$address],pf=ip6" ;; *) where="bind=$address,pf=ip4" ;; esac
        # A client that is silent for 10 s is let go, and 32 at once are enough for those who look.
        socat -T 10 "OPENSSL-LISTEN:$settings_view_port,$where,reuseaddr,fork,max-children=32,verify=0,cert=$keys/view.crt,key=$keys/view.key,openssl-min-proto-version=TLS1.2" \
            EXEC:"/bin/sh $here/view.sh answer${root:+ --root $root}" &
        listeners="$listeners $!"
    done
    # One that ends ends all: systemd starts them again.
    for listener in $listeners; do wait "$listener" || break; done
    # shellcheck disable=SC2086 # Process ids.
    kill $listeners 2>/dev/null || :
    die "a listener ended: is port $settings_view_port of $(addresses_of "$role") free?"
}

digest() { printf %s "$1" | sha256sum; }

reply() { # STATUS
    say "${SOCAT_PEERADDR:--} ${path:--} $1" >&2
    printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nCache-Control: no-store\r\nConnection: close\r\n' \
        "$1" "$(wc -c <"$work/body" | tr -d ' ')"
    case $1 in 401*) printf 'WWW-Authenticate: Bearer\r\n' ;; 405*) printf 'Allow: GET\r\n' ;; esac
    printf '\r\n'
    cat "$work/body"
    exit 0
}
refuse() { printf '{"error":"%s"}\n' "$2" >"$work/body"; reply "$1"; }

# The records of a transfer as JSON, one a line, and the number of them.
json() { # KIND ZONE
    awk -v kind="$1" -v zone="$2" '
        function text(part) { gsub(/["\\]/, "\\\\&", part); return "\"" part "\"" }
        /^;/ || NF < 5 || $4 == "TSIG" { next }
        $4 == "SOA" && serial != "" { next }
        {
            if ($4 == "SOA") serial = $7
            data = $0
            sub(/^[^ \t]+[ \t]+[0-9]+[ \t]+IN[ \t]+[^ \t]+[ \t]+/, "", data)
            name = $1
            sub(/\.$/, "", name)
            count++
            if (kind != "zone") next
            printf "%s", (count == 1) ? "\"records\":[\n" : ",\n"
            printf "{\"name\":%s,\"ttl\":%d,\"type\":%s,\"data\":%s}", text(name), $2, text($4), text(data)
        }
        END {
            if (serial == "") exit 1
            if (kind == "zone") printf "],\n"
            printf "\"name\":%s,\"serial\":%s,\"count\":%d}\n", text(zone), serial, count
        }'
}

answer() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cr=$(printf '\r')
    request='' path='' token='' lines=0
    IFS= read -r request || exit 0
    while IFS= read -r line; do
        line=${line%"$cr"} lines=$((lines + 1))
        [ -n "$line" ] || break
        [ $lines -le 64 ] || refuse "431 Request Header Fields Too Large" "more than 64 headers"
        case $line in [Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Aa][Tt][Ii][Oo][Nn]:\ Bearer\ *) token=${line#*: Bearer } ;; esac
    done
    request=${request%"$cr"}
    method=${request%% *} path=${request#* }
    case $path in *' HTTP/1.'[01]) path=${path%% *} ;; *) path=''; refuse "400 Bad Request" "not a request of HTTP/1.1" ;; esac
    case $path in *[!a-zA-Z0-9/._-]*) path=''; refuse "404 Not Found" "no such path" ;; esac
    # Hashes take the same time to compare, however much of the token is right.
    [ -s "$keys/view.token" ] && [ "$(digest "$token")" = "$(digest "$(cat "$keys/view.token")")" ] ||
        refuse "401 Unauthorized" "the token in keys/view.token is needed"
    [ "$method" = GET ] || refuse "405 Method Not Allowed" "this view changes nothing"
    key_file "$work/key"
    own=$(addresses_of "$role"); own=${own%% *}
    zones="$written_zones $child_zones"
    case $path in
        /api/dns/zones)
            first=yes
            {
                printf '{"substrate":"%s","role":"%s","zones":[' "$substrate" "$role"
                for zone in $zones; do
                    [ -n "$first" ] || printf ,
                    first=''
                    printf '\n{'
                    transfer_raw "$own" "$zone" "$work/key" | json list "$zone" || { : >"$work/failed"; break; }
                done
                printf ']}\n'
            } >"$work/body" ;;
        /api/dns/zones/*)
            zone=${path#/api/dns/zones/}
            case " $zones " in *" $zone "*) ;; *) refuse "404 Not Found" "no such zone" ;; esac
            { printf '{' && transfer_raw "$own" "$zone" "$work/key" | json zone "$zone"; } >"$work/body" || : >"$work/failed" ;;
        *) refuse "404 Not Found" "no such path" ;;
    esac
    [ ! -e "$work/failed" ] || refuse "503 Service Unavailable" "the server does not answer"
    reply "200 OK"
}

"$verb"
