using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Backup;

/// <summary>
/// Identifies the cluster that kubectl talks to. The address of <c>kube-dns</c> does not: clusters can have the same ranges.
/// </summary>
/// <param name="Name">The cluster's name in its settings; null if the tree was not delivered, or the settings cannot be read.</param>
/// <param name="Nodes">The internal addresses of its nodes.</param>
/// <param name="Pods">The first address of each node's pod range.</param>
public sealed record LiveIdentity(string? Name, ImmutableArray<IPAddress> Nodes, ImmutableArray<IPAddress> Pods)
{
    /// <summary>The settings that Flux substitutes in every cluster.</summary>
    private static readonly string Settings = $"ConfigMap {Layout.FluxNamespace}/{Layout.ClusterSettings}";

    /// <summary>Reads the identity; what the user may not read stays unknown.</summary>
    internal static async Task<LiveIdentity> ReadAsync(Kubectl kubectl, CancellationToken cancellationToken)
    {
        var objects = ImmutableArray.CreateBuilder<Manifest>();
        foreach (var (kind, @namespace) in new[] { ("configmaps", Layout.FluxNamespace), ("nodes", (string?)null) })
        {
            try
            {
                objects.AddRange(await kubectl.ListAsync(kind, @namespace, cancellationToken));
            }
            catch (KubectlException)
            {
                // Without the right to list nodes; Problem then asks the user for a context.
            }
        }

        return Of(objects);
    }

    internal static LiveIdentity Of(IReadOnlyCollection<Manifest> objects)
    {
        var nodes = objects.Where(resource => resource.Kind == "Node").ToArray();
        return new LiveIdentity(
            objects.FirstOrDefault(resource => resource is { Kind: "ConfigMap", Name: Layout.ClusterSettings })
                ?.Body.TextAt("data", Variables.ClusterName),
            Addresses(nodes.SelectMany(node => node.Body.MappingsAt("status", "addresses"))
                .Where(entry => entry.TextAt("type") == "InternalIP").Select(entry => entry.TextAt("address"))),
            Addresses(nodes.SelectMany(node => node.Body.ItemsAt("spec", "podCIDRs").OfType<Scalar>()
                .Select(range => range.Value.Split('/')[0]))));
    }

    /// <summary>Why this is not, or may not be, the expected cluster; null if it is.</summary>
    /// <param name="cluster">The expected cluster.</param>
    /// <param name="platform">The definition with all clusters.</param>
    /// <param name="isNamed">True if the user chose a context or a kubeconfig.</param>
    public string? Problem(Cluster cluster, Platform platform, bool isNamed)
    {
        if (Name is not null)
        {
            return Name == cluster.Name.Text ? null
                : $"{Settings} of the cluster has {Variables.ClusterName}: {Printable.Of(Name)}, and cluster {cluster.Name} is meant: "
                    + $"this is another cluster. Name the --context of {cluster.Name}.";
        }

        var alike = platform.Clusters
            .Where(other => other.Name != cluster.Name && other.Dns.ClusterIP.Equals(cluster.Dns.ClusterIP)).ToArray();
        var mistaken = alike.FirstOrDefault(Fits);
        return (Fits(cluster), mistaken) switch
        {
            (false, { } other) => $"The nodes of the cluster have addresses or pods outside of the ranges of cluster {cluster.Name} and in "
                + $"those of {other.Name}: this is another cluster. Name the --context of {cluster.Name}.",
            (true, null) => null,
            _ when isNamed || alike.Length == 0 => null,
            _ => $"Cluster {cluster.Name} has the DNS address {cluster.Dns.ClusterIP}, as {(mistaken ?? alike[0]).Name} of the definition "
                + $"has, and the cluster has no {Settings} that says which one it is. Name the --context of {cluster.Name}.",
        };
    }

    private static ImmutableArray<IPAddress> Addresses(IEnumerable<string?> texts) =>
        [.. texts.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()];

    /// <summary>True if no known address is outside of the cluster's ranges.</summary>
    private bool Fits(Cluster cluster) =>
        AreIn(Nodes, [.. cluster.RangesFor(RangeUse.Nodes)]) && AreIn(Pods, [.. cluster.RangesFor(RangeUse.Pods)]);

    private static bool AreIn(ImmutableArray<IPAddress> addresses, Cidr[] ranges) => addresses.All(address =>
        ranges.Where(range => range.Family == address.AddressFamily).ToArray() is var own
        && (own.Length == 0 || own.Any(range => range.Contains(address))));
}
