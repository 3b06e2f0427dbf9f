using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>Finds names that the live DNS answers and the definition's would not.</summary>
internal static class DefinitionComparison
{
    public const string Domain = "takeover-domain";
    public const string NodeCache = "takeover-node-cache";
    public const string Corefile = "takeover-corefile";
    public const string Range = "takeover-range";
    public const string Version = "takeover-version";

    private const int MostNamed = 5;

    /// <summary>Plugins that answer names themselves, and their key in the definition.</summary>
    private static readonly (string Plugin, string Key)[] Answering =
    [
        ("hosts", "dns.hosts"), ("rewrite", "dns.rewrite"), ("template", "dns.extraServers"), ("file", "dns.zoneFiles"),
        ("auto", "dns.zoneFiles"), ("import", "dns.extraServers, with what the imported files have"), ("etcd", "dns.extraServers"),
        ("k8s_external", "dns.extraServers"), ("acl", "dns.extraServers"),
    ];

    /// <summary>Differences in the running Corefile: domain, server blocks and upstream servers.</summary>
    public static IEnumerable<Finding> Corefiles(RunningDns live, Cluster cluster)
    {
        var map = live.Objects.FirstOrDefault(resource => resource is { Kind: "ConfigMap", Name: CoreDnsNames.Release });
        if (live.IsOurs || map?.Body.TextAt("data", "Corefile") is not { } text)
        {
            yield break;
        }

        var blocks = LiveCorefile.Read(text).Blocks;
        var domains = blocks.SelectMany(block => block.Of("kubernetes").SelectMany(arguments => arguments)
                .Select(word => word.TrimEnd('.').ToLowerInvariant()))
            .Where(zone => zone.Length > 0 && !zone.EndsWith(".arpa", StringComparison.Ordinal)).Distinct().ToArray();
        if (domains.Length > 0 && !domains.Contains(cluster.Domain.Text))
        {
            yield return live.Error(Domain,
                $"The live Corefile serves {string.Join(" and ", domains)}, and the domain of cluster {cluster.Name} in the definition is "
                    + $"{cluster.Domain}: running pods and kubelets ask for names below {domains[0]}.",
                $"Write 'domain: {domains[0]}'.");
        }

        foreach (var finding in Blocks(live, cluster, blocks, domains))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> Blocks(RunningDns live, Cluster cluster, IReadOnlyList<LiveBlock> blocks, string[] domains)
    {
        var known = Zones(cluster).Concat(domains).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var own = blocks.SelectMany(block => block.Zones).Distinct()
            .Where(zone => zone.Length > 0 && !zone.EndsWith(".arpa", StringComparison.Ordinal) && !known.Contains(zone)).ToArray();
        if (own.Length > 0)
        {
            yield return live.Warning(Corefile,
                $"The live Corefile has server blocks for {Listed(own)}, which cluster {cluster.Name} of the "
                + "definition does not have: their names would go to dns.upstreams.",
                "Write them into dns.stubDomains, dns.zoneFiles or dns.extraServers.");
        }

        var root = blocks.Where(block => block.Zones.Any(zone => zone.Length == 0)).ToArray();
        foreach (var (plugin, key) in Answering)
        {
            if (root.SelectMany(block => block.Of(plugin)).FirstOrDefault() is { IsDefault: false } arguments && !Has(cluster, plugin))
            {
                yield return live.Warning(Corefile,
                    $"The live Corefile has '{string.Join(' ', new[] { plugin }.Concat(arguments))}', and the delivered one does not.",
                    $"Write what it answers into {key}.");
            }
        }

        var (asked, wanted) = (root.SelectMany(block => block.Of("forward")).Where(arguments => arguments is [".", ..])
            .SelectMany(arguments => arguments.Skip(1)).ToArray(), cluster.Dns.Upstreams.Select(server => server.ToString()).ToArray());
        if (asked.Length > 0 && !asked.Select(Spelt).ToHashSet().SetEquals(wanted.Select(Spelt)))
        {
            yield return live.Warning(Corefile,
                $"The live Corefile forwards to {Listed(asked)}, and the delivered one to {Listed(wanted)}.",
                "Write dns.upstreams where the live servers know names that the others do not.");
        }
    }

    private static IEnumerable<string> Zones(Cluster cluster) =>
    [
        cluster.Domain.Text,
        .. cluster.Dns.StubDomains.Select(stub => stub.Zone.Text),
        .. cluster.Dns.ZoneFiles.Select(file => file.Zone.Text),
        .. cluster.Dns.ExtraServers.SelectMany(server => server.Zones).Select(zone => zone.Text),
        .. cluster.Substrate is { } substrate ? [substrate.Zone.Text] : Array.Empty<string>(),
    ];

    private static bool Has(Cluster cluster, string plugin) => plugin switch
    {
        "hosts" => !cluster.Dns.Hosts.IsEmpty,
        "rewrite" => !cluster.Dns.Rewrites.IsEmpty,
        "file" or "auto" => !cluster.Dns.ZoneFiles.IsEmpty,
        _ => false,
    };

    /// <summary>A DaemonSet in the cluster with the name of one in the tree.</summary>
    public static IEnumerable<Finding> NodeCaches(RunningDns live, Cluster cluster)
    {
        if (cluster.Of<NodeLocalDnsSettings>() is null || live.Objects.FirstOrDefault(resource => resource is
            { Kind: "DaemonSet", Name: NodeLocalDnsNames.Name }) is not { } daemon)
        {
            yield break;
        }

        var selector = daemon.Body.EntriesAt("spec", "selector", "matchLabels");
        if (selector is not [{ Key: NodeLocalDnsNames.AppLabel, Value: Scalar { Value: NodeLocalDnsNames.Name } }])
        {
            yield return live.Error(NodeCache,
                $"{daemon.Id.Title} selects {RunningDns.Labels(selector)}, and the tree's "
                    + $"{NodeLocalDnsNames.AppLabel}={NodeLocalDnsNames.Name}. A selector is immutable: Flux would stop there.",
                "Switch nodeLocalDns off for the takeover. Later delete the DaemonSet (where kubelets name its address, give them that of "
                    + "kube-dns first) and switch it on.");
        }
    }

    /// <summary>A second address of the Service, which is immutable and differs from the definition's.</summary>
    public static IEnumerable<Finding> SecondAddresses(RunningDns live, Cluster cluster)
    {
        if (live.Service?.Body.ItemsAt("spec", "clusterIPs") is [_, Scalar { Value: var second }, ..]
            && cluster.Dns.SecondClusterIP is { } wanted && Spelt(wanted.ToString()) != Spelt(second))
        {
            yield return live.Error(TakeoverCheck.Address,
                $"The Service kube-dns has the second address {second}, and cluster {cluster.Name} of the definition has {wanted}.",
                $"Write 'dns.secondClusterIP: \"{second}\"': a Service's address is immutable.");
        }
    }

    /// <summary>Differences between the nodes and the definition's ranges and versions.</summary>
    public static IEnumerable<Finding> Nodes(RunningDns live, IEnumerable<Manifest> nodes, Cluster cluster)
    {
        var list = nodes.ToArray();
        Cidr[] pods = [cluster.Pods, .. cluster.Second is { } more ? [more.Pods] : Array.Empty<Cidr>()];
        bool IsOther(string text) => Cidr.TryParse(text, out var range, out _) && pods.Any(own => own.Family == range.Family)
            && !pods.Any(own => own.Contains(range.First) && own.PrefixLength <= range.PrefixLength);
        string[] ranges = [.. list.SelectMany(PodRanges).Where(IsOther).Distinct()];
        if (ranges.Length > 0)
        {
            yield return live.Warning(Range,
                $"Nodes give pods addresses of {Listed(ranges)}, and network.pods of cluster {cluster.Name} is "
                + $"{string.Join(" and ", pods.Select(range => range.ToString()))}: network policies would let other pods ask.",
                "Write the cluster's own range into network.pods.");
        }

        if (cluster.Kubernetes is not { } wanted)
        {
            yield break;
        }

        bool IsAnother(string text) => SemVer.TryParse(text.TrimStart('v').Split('+', '-')[0], out var version, out _)
            && (version.Major, version.Minor) != (wanted.Major, wanted.Minor);
        string[] others = [.. list.Select(node => node.Body.TextAt("status", "nodeInfo", "kubeletVersion")).OfType<string>()
            .Where(IsAnother).Distinct()];
        if (others.Length > 0)
        {
            yield return live.Warning(Version,
                $"Nodes run Kubernetes {Listed(others)}, and 'kubernetes' of cluster {cluster.Name} is {wanted}: "
                + "the tree may have objects that the API server does not know.", "Write the version of the oldest API server.");
        }
    }

    private static IEnumerable<string> PodRanges(Manifest node) => node.Body.ItemsAt("spec", "podCIDRs").OfType<Scalar>()
        .Select(range => range.Value).DefaultIfEmpty(node.Body.TextAt("spec", "podCIDR") ?? "");

    private static string Listed(string[] items) => ListText.First(items, MostNamed);

    private static string Spelt(string text) => Upstream.TryParse(text, out var server, out _) ? server.ToString() : text;
}
