namespace PlatformGitOps.Controller.Tests.Geo;

/// <summary>A zone with three regions, and Services in them.</summary>
internal static class GeoExample
{
    public const string Zone = "geo.example.com";

    public static GeoOptions Options { get; } = new()
    {
        Zone = Zone,
        Region = "eu",
        Policy = GeoPolicy.Latency,
        Ttl = 5,
        ZonesName = "zones",
        Regions =
        [
            new("eu", ["eu", "us", "asia"], 1, [IPAddress.Parse("192.0.2.53")]),
            new("us", ["us", "eu", "asia"], 1, [IPAddress.Parse("2001:db8::53")]),
            new("asia", ["asia", "us", "eu"], 1, []),
        ],
    };

    public static V1Service Service(string name, string address, params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = "shop",
            CreationTimestamp = DateTime.UnixEpoch,
            Annotations = annotations.ToDictionary(pair => $"dns.aikernel.io/{pair.Key}", pair => pair.Value),
        },
        Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Name = "https", Port = 443 }, new V1ServicePort { Port = 8080 }] },
        Status = new V1ServiceStatus { LoadBalancer = new V1LoadBalancerStatus { Ingress = [new V1LoadBalancerIngress { Ip = address }] } },
    };

    public static GeoService Routed(string region, string address, int priority = 100, int weight = 1) => new()
    {
        Name = new("shop", $"api-{region}-{address}"),
        Created = DateTime.UnixEpoch,
        Hostname = $"api.{Zone}",
        Region = region,
        Priority = priority,
        Weight = weight,
        Targets = [Target(address)],
    };

    public static GeoTarget Target(string address) =>
        new(new IPEndPoint(IPAddress.Parse(address), 443), Policies.ProbeScheme.Tcp, "/", $"api.{Zone}", true);
}
