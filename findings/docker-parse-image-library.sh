#!/bin/bash
# The image registry.k8s.io/coredns:v1 as docker-parse-image 3.0.1 (npm) has it: its full name is registry.k8s.io/library/coredns:v1. The
# "library" of Docker Hub is put between for each registry where the name has one part, and that image is not there. A digest is a tag
# for it, and the full name cannot be read again. registry:5000/a/b/c:1 is the image "registry" with the tag "5000/a/b/c:1", where
# localhost:5000/a:1 has its registry. parse-docker-image-name 3.0.0 (npm) reads all of these as Docker does.
# Seen:  registry.k8s.io/library/coredns:v1; tag sha256:...; repository registry, tag 5000/a/b/c:1; the other: registry.k8s.io coredns v1,
#        a digest, registry:5000 a/b/c 1
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }

install npm install --silent docker-parse-image@3.0.1 parse-docker-image-name@3.0.0
cat > parse.mjs <<'CODE'
import parse from "docker-parse-image"; import other from "parse-docker-image-name";
const [image, field] = process.argv.slice(2), { domain, path, tag, digest } = (other.default ?? other)(image);
console.log(field === "other" ? [domain, path, tag, digest].filter(part => part).join(" ") : parse(image)[field]);
CODE
parse() { node parse.mjs "$@"; }
digest=sha256:$(printf '0%.0s' $(seq 64))
same "nginx:1" "$(parse nginx:1 fullname)" library/nginx:1
same "registry.k8s.io/coredns/coredns:v1" "$(parse registry.k8s.io/coredns/coredns:v1 fullname)" registry.k8s.io/coredns/coredns:v1
same "registry.k8s.io/coredns:v1" "$(parse registry.k8s.io/coredns:v1 fullname)" registry.k8s.io/library/coredns:v1
same "  the other" "$(parse registry.k8s.io/coredns:v1 other)" "registry.k8s.io coredns v1"
same "digest, tag" "$(parse quay.io/a/b@$digest tag)" $digest
same "digest, full name" "$(parse quay.io/a/b@$digest fullname)" quay.io/a/b:$digest
same "  the other" "$(parse quay.io/a/b@$digest other)" "quay.io a/b $digest"
same "localhost:5000/a:1" "$(parse localhost:5000/a:1 registry)" localhost:5000
same "registry:5000/a/b/c:1, registry" "$(parse registry:5000/a/b/c:1 registry)" null
same "registry:5000/a/b/c:1, repository and tag" "$(parse registry:5000/a/b/c:1 repository) $(parse registry:5000/a/b/c:1 tag)" \
  "registry 5000/a/b/c:1"
same "  the other" "$(parse registry:5000/a/b/c:1 other)" "registry:5000 a/b/c 1"
