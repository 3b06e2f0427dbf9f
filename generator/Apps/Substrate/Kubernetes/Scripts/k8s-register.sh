#!/bin/sh
# Names this host's API server in the substrate's discovery, by POST /api/register. Off until the definition has 'register'; the zone has
# its SRV and TXT records in any case.
#   k8s-register.sh [--host NAME] [--root DIR]
set -eu
. "$(dirname "$0")/k8s-lib.sh"
begin '' "$@"
if [ -z "$register_url" ]; then say "discovery is off; dig _kubernetes._tcp.$zone_name SRV"; exit 0; fi
[ -n "$control_plane" ] || usage "$host has no API server."
curl -sf --max-time 10 --retry 2 --cacert "$own/ca.crt" -o /dev/null -H 'Content-Type: application/json' \
    -d "{\"name\": \"kubernetes.KubernetesService\", \"address\": \"$(url "$address"):6443\", \"protocol\": \"https\"}" \
    "${register_url%/}/api/register" || die "${register_url%/}/api/register does not take the registration."
say "registered $(url "$address"):6443 at $register_url."
