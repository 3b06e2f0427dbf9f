using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The internet of a test: a CoreDNS of its own that knows one zone, so that external names need no way out.</summary>
public static class UpstreamDns
{
    public const string Namespace = "acceptance";
    public const string Name = "upstream";
    public const string ExternalName = "example.com";
    public const string ExternalAddress = "192.0.2.10";
    public const string ExternalAddress6 = "2001:db8::10";

    public static readonly string[] MailExchange = ["10 mail.example.com."];

    /// <summary>Seconds that a negative answer of the zone may be kept: its SOA's minimum.</summary>
    public const int NegativeTtl = 7;

    /// <summary>A name whose answer does not fit into a UDP datagram of 512 bytes.</summary>
    public const string LargeName = "large.example.com";

    /// <summary>A name with so many addresses that a C library has to ask again over TCP; it asks without EDNS, for 512 bytes.</summary>
    public const string ManyName = "many.example.com";

    public static IReadOnlyList<string> ManyAddresses { get; } = [.. Enumerable.Range(101, 40).Select(last => $"192.0.2.{last}")];

    private const string Corefile = ".:53 {\n    errors\n    ready :8181\n    file /etc/coredns/zone example.com\n}\n";

    /// <summary>Whether an earlier run has left one here, at this address.</summary>
    public static async Task<bool> Stands(KubernetesApi api, string address, CancellationToken cancellationToken) =>
        (await api.Get(ResourceKind.Service.Named(Name, Namespace), cancellationToken))?.Text("spec.clusterIP") == address;

    public static async Task Install(KubernetesApi api, string address, CancellationToken cancellationToken)
    {
        await api.Apply(ResourceKind.Namespace, Manifest("v1", "Namespace", Namespace, null), cancellationToken);
        await api.Apply(ResourceKind.ConfigMap, Manifest("v1", "ConfigMap", Name, new JsonObject { ["Corefile"] = Corefile, ["zone"] = Zone() }, "data"), cancellationToken);
        await api.Apply(ResourceKind.Service, Manifest("v1", "Service", Name, Service(address)), cancellationToken);
        await api.Apply(ResourceKind.Deployment, Manifest("apps/v1", "Deployment", Name, Deployment()), cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var status = (await api.Get(ResourceKind.Deployment.Named(Name, Namespace), token)).ShouldNotBeNull();
                status.Number("status.observedGeneration").ShouldBe(status.Number("metadata.generation"));
                status.Number("status.updatedReplicas").ShouldBe(2);
                status.Number("status.availableReplicas").ShouldBe(2);
            },
            "names outside the cluster are answered by the suite's own upstream",
            cancellationToken);
    }

    private static string Zone()
    {
        var texts = string.Join('\n', Enumerable.Range(0, 30).Select(i => $"large IN TXT \"line {i:00} of an answer that does not fit\""));
        var addresses = string.Join('\n', ManyAddresses.Select(address => $"many IN A {address}"));
        return $"""
            $ORIGIN example.com.
            @ {NegativeTtl} IN SOA ns hostmaster 1 7200 3600 1209600 {NegativeTtl}
            @ 3600 IN NS ns
            ns 3600 IN A 192.0.2.53
            @ 3600 IN A {ExternalAddress}
            @ 3600 IN AAAA {ExternalAddress6}
            www 3600 IN CNAME @
            @ 3600 IN MX 10 mail
            mail 3600 IN A 192.0.2.25
            {texts}
            {addresses}

            """;
    }

    private static JsonObject Service(string address) => new()
    {
        ["clusterIP"] = address,
        ["selector"] = new JsonObject { ["app"] = Name },
        ["ports"] = new JsonArray(
            new JsonObject { ["name"] = "dns", ["port"] = 53, ["protocol"] = "UDP" },
            new JsonObject { ["name"] = "dns-tcp", ["port"] = 53, ["protocol"] = "TCP" }),
    };

    private static JsonObject Deployment() => new()
    {
        ["replicas"] = 2,
        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = Name } },
        ["template"] = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject { ["app"] = Name },
                // A cluster that was kept has an upstream; another zone has to reach it.
                ["annotations"] = new JsonObject { ["acceptance.platform-gitops.io/zone"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Zone()))) },
            },
            ["spec"] = new JsonObject
            {
                ["dnsPolicy"] = "Default",
                ["terminationGracePeriodSeconds"] = 0,
                // Where a control plane takes pods, away from the nodes that are drained and lost: this is the internet, and stays up.
                ["tolerations"] = new JsonArray(new JsonObject { ["key"] = "node-role.kubernetes.io/control-plane", ["operator"] = "Exists" }),
                ["affinity"] = new JsonObject
                {
                    ["nodeAffinity"] = new JsonObject
                    {
                        ["preferredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(new JsonObject
                        {
                            ["weight"] = 100,
                            ["preference"] = new JsonObject
                            {
                                ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "node-role.kubernetes.io/control-plane", ["operator"] = "Exists" }),
                            },
                        }),
                    },
                },
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "coredns",
                    ["image"] = $"coredns/coredns:{Rendering.ChartOutput.AppVersion(Repository.Platform)}",
                    ["args"] = new JsonArray("-conf", "/etc/coredns/Corefile"),
                    ["readinessProbe"] = new JsonObject
                    {
                        ["httpGet"] = new JsonObject { ["path"] = "/ready", ["port"] = 8181 },
                        ["periodSeconds"] = 1,
                    },
                    ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/coredns" }),
                }),
                ["volumes"] = new JsonArray(new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = Name } }),
            },
        },
    };

    private static Resource Manifest(string apiVersion, string kind, string name, JsonObject? content, string under = "spec")
    {
        var document = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
        if (kind != "Namespace")
        {
            document["metadata"]!["namespace"] = Namespace;
        }

        if (content is not null)
        {
            document[under] = content;
        }

        return new Resource(document);
    }
}
