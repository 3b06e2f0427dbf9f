#!/bin/bash
# Quantities of Kubernetes in three libraries (npm). memoryParser of kubernetes-resource-parser 0.1.0 takes the digits in front and forgets
# the rest, unless the number is whole: "1.5Gi" is 1 octet, "2e9" is 2; its cpuParser makes 250 cores of "250n", as the metrics server
# writes them. k8s-resource-parser 0.2.2 refuses n and u, which are valid. quantityToScalar of @kubernetes/client-node 1.4.0 throws a
# SyntaxError at "1.5Gi", and totalMemory at a pod that has it; "1Gi" is a BigInt for it and "1" a number, which JavaScript does not add.
# KubernetesClient 21.0.8 (NuGet) reads all of them.
# Seen:  1.5Gi: 1, 1610612736, SyntaxError, 1610612736; 2e9: 2, 2000000000 in the others; 250n as CPU: 250, SyntaxError, 2.5e-7, 0.00000025;
#        2Gi: 2147483648 in all; totalMemory: SyntaxError; "1Gi" and "1" added: TypeError
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

install npm install --silent @kubernetes/client-node@1.4.0 kubernetes-resource-parser@0.1.0 k8s-resource-parser@0.2.2
cat > app.cs <<'CODE'
#:package KubernetesClient@21.0.8
#:property PublishAot=false
#:property ImplicitUsings=enable
foreach (var text in args) Console.WriteLine(new k8s.Models.ResourceQuantity(text).ToDecimal());
CODE
install dotnet build app.cs -v quiet
cat > read.mjs <<'CODE'
import * as one from "kubernetes-resource-parser"; import * as two from "k8s-resource-parser";
import { quantityToScalar, totalMemory } from "./node_modules/@kubernetes/client-node/dist/util.js";
const [what, text] = process.argv.slice(2), say = read => { try { return `${read()}`; } catch (error) { return error.name; } };
const pod = memory => ({ spec: { containers: [{ resources: { requests: { memory } } }] } });
const readers = { memory: [one.memoryParser, two.memoryParser, quantityToScalar], cpu: [one.cpuParser, two.cpuParser, quantityToScalar] };
if (what in readers) console.log(readers[what].map(read => say(() => read(text))).join(", "));
else if (what === "total") console.log(say(() => totalMemory(pod(text)).request));
else console.log(say(() => quantityToScalar("1Gi") + quantityToScalar("1")));
CODE
four() { same "$1 $2" "$(node read.mjs "$1" "$2"), $(dotnet run --no-build app.cs -- "$2")" "$3"; }
four memory 2Gi "2147483648, 2147483648, 2147483648, 2147483648"
four memory 1.5Gi "1, 1610612736, SyntaxError, 1610612736"
four memory 2e9 "2, 2000000000, 2000000000, 2000000000"
four cpu 500m "0.5, 0.5, 0.5, 0.5"
four cpu 250n "250, SyntaxError, 2.5e-7, 0.00000025"
same "totalMemory 2Gi" "$(node read.mjs total 2Gi)" 2147483648
same "totalMemory 1.5Gi" "$(node read.mjs total 1.5Gi)" SyntaxError
same "1Gi and 1" "$(node read.mjs sum)" TypeError
