namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>A copy of a cluster's objects before substitution and Helm, which a sabotage changes.</summary>
public sealed class SabotagedTree(
    IReadOnlyList<Resource> flux,
    Resource settings,
    List<Resource> delivered,
    IReadOnlyList<Resource> allowDns,
    IReadOnlyList<Resource> definitions,
    List<Resource> healthController,
    IReadOnlyList<Resource> nodeLocalDns,
    IReadOnlyList<Resource> geoDns,
    IReadOnlyList<Resource> dnsCheck,
    IReadOnlyList<Resource> externalDns,
    string? versionDrift)
{
    /// <summary>The objects of the cluster's own folder.</summary>
    public IReadOnlyList<Resource> Flux { get; } = flux;

    /// <summary>The cluster-settings ConfigMap.</summary>
    public Resource Settings { get; } = settings;

    public List<Resource> Delivered { get; } = delivered;

    /// <summary>The allow-dns component: CiliumNetworkPolicy first, NetworkPolicy second.</summary>
    public IReadOnlyList<Resource> AllowDns { get; } = allowDns;

    /// <summary>The layer of the monitoring CRDs.</summary>
    public IReadOnlyList<Resource> Definitions { get; } = definitions;

    /// <summary>The text of the drift report.</summary>
    public string? VersionDrift { get; set; } = versionDrift;

    /// <summary>The layer of the DNS health controller.</summary>
    public List<Resource> HealthController { get; } = healthController;

    /// <summary>The layer of the NodeLocal DNSCache.</summary>
    public IReadOnlyList<Resource> NodeLocalDns { get; } = nodeLocalDns;

    /// <summary>The layer of geographic routing.</summary>
    public IReadOnlyList<Resource> GeoDns { get; } = geoDns;

    /// <summary>The layer of the DNS check.</summary>
    public IReadOnlyList<Resource> DnsCheck { get; } = dnsCheck;

    /// <summary>The layer of External-DNS.</summary>
    public IReadOnlyList<Resource> ExternalDns { get; } = externalDns;

    public Resource Release => Get("HelmRelease", "coredns");

    public Resource Get(string kind, string name) => Delivered.Single(resource => resource.Kind == kind && resource.Name == name);

    public void Remove(string kind, string name) => Delivered.Remove(Get(kind, name));

    public void Set(string kind, string name, string path, JsonNode? value) => JsonPath.Set(Get(kind, name).Document, path, value);

    /// <summary>Changes a setting of the cluster.</summary>
    public void Setting(string name, string value) => Settings.Document["data"]![name] = value;

    /// <summary>Changes a value of the release; null removes it.</summary>
    public void Value(string path, JsonNode? value) => JsonPath.Set(Release.Document, $"spec.values.{path}", value);

    /// <summary>Changes a line of the Corefile's plugin.</summary>
    public void Plugin(string name, Action<JsonObject> change) =>
        change(Release.Parts("spec.values.servers[0].plugins").Single(plugin => plugin.Text("name") == name).Document);

    public void WithoutPlugin(string name) =>
        Release.At("spec.values.servers[0].plugins")!.AsArray().RemoveAll(plugin => (string?)plugin!["name"] == name);
}
