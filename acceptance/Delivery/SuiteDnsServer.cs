namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>A CoreDNS of the suite, separate from the tested one, with a Service for each address.</summary>
/// <param name="Addresses">Addresses in the Service range.</param>
/// <param name="Files">Its Corefile and zone files, for /etc/coredns.</param>
internal sealed record SuiteDnsServer(string Name, IReadOnlyList<string> Addresses, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>
    /// The cluster's settings: nodes without access to public registries pull its image from the same mirror as CoreDNS's.
    /// </summary>
    public WorkloadSettings Workloads { get; init; } = WorkloadSettings.Default;

    /// <summary>A key and a certificate in the same folder; with them it also serves DNS over TLS.</summary>
    public IReadOnlyDictionary<string, string> Secret { get; init; } = new Dictionary<string, string>();

    public async Task Install(KubernetesApi api, CancellationToken cancellationToken)
    {
        foreach (var resource in Manifests())
        {
            await api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
        }

        await Rollout.Done(
            api, ResourceKind.Deployment.Named(Name, UpstreamDns.Namespace), $"the suite's own DNS server '{Name}' answers",
            TimeSpan.FromSeconds(60), cancellationToken);
    }

    internal IReadOnlyList<Resource> Manifests()
    {
        var manifests = YamlDocuments.Resources($$"""
            apiVersion: v1
            kind: Namespace
            metadata: { name: {{UpstreamDns.Namespace}} }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: {{Name}}, namespace: {{UpstreamDns.Namespace}} }
            data: {}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: {{Name}}, namespace: {{UpstreamDns.Namespace}} }
            spec:
              replicas: 2
              selector: { matchLabels: { app: {{Name}} } }
              template:
                metadata:
                  labels: { app: {{Name}} }
                  # A kept cluster has a server with the zones of an earlier run; new ones restart it.
                  annotations: { acceptance.platform-gitops.io/zone: "{{Digest()}}" }
                spec:
                  dnsPolicy: Default
                  terminationGracePeriodSeconds: 0
                  # On the control plane if it takes pods, away from the nodes that the suite drains and stops.
                  tolerations:
                    - { key: node-role.kubernetes.io/control-plane, operator: Exists }
                  affinity:
                    nodeAffinity:
                      preferredDuringSchedulingIgnoredDuringExecution:
                        - weight: 100
                          preference:
                            matchExpressions:
                              - { key: node-role.kubernetes.io/control-plane, operator: Exists }
                  containers:
                    - name: coredns
                      image: {{Workloads.ImageAt($"coredns/coredns:{Rendering.ChartOutput.AppVersion(Repository.Platform)}")}}
                      args: [-conf, /etc/coredns/Corefile]
                      readinessProbe: { httpGet: { path: /ready, port: 8181 }, periodSeconds: 1 }
                      volumeMounts:
                        - { name: config, mountPath: /etc/coredns }
                  volumes:
                    - { name: config, configMap: { name: {{Name}} } }
            """);
        manifests[2].At("spec.template.spec")!["imagePullSecrets"] = new JsonArray(
            [.. Workloads.PullSecrets.Select(secret => new JsonObject { ["name"] = secret.Text })]);
        manifests[1].Document["data"] = new JsonObject(Files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value)));
        if (Secret.Count == 0)
        {
            return [.. manifests, .. Services()];
        }

        manifests[2].At("spec.template.spec")!["volumes"] = JsonNode.Parse(
            $$"""
            [{ "name": "config", "projected": { "sources": [
              { "configMap": { "name": "{{Name}}" } }, { "secret": { "name": "{{Name}}" } }] } }]
            """);
        return
        [
            // Pods do not start without it.
            manifests[0], new Resource(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = UpstreamDns.Namespace },
                ["stringData"] = new JsonObject(Secret.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
            }),
            .. manifests.Skip(1), .. Services(),
        ];
    }

    private IEnumerable<Resource> Services() => Addresses.Index().SelectMany(entry => Service(entry.Index, entry.Item));

    private IReadOnlyList<Resource> Service(int index, string address) => YamlDocuments.Resources($$"""
        apiVersion: v1
        kind: Service
        metadata: { name: {{(index == 0 ? Name : $"{Name}-{index + 1}")}}, namespace: {{UpstreamDns.Namespace}} }
        spec:
          clusterIP: {{address}}
          selector: { app: {{Name}} }
          ports:
            - { name: dns, port: 53, protocol: UDP }
            - { name: dns-tcp, port: 53, protocol: TCP }
        {{(Secret.Count == 0 ? "" : "    - { name: dns-tls, port: 853, protocol: TCP }")}}
        """);

    private string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(Files.Concat(Secret).OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => $"{file.Key}\n{file.Value}\n")))));
}
