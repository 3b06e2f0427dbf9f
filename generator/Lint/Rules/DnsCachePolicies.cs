using PlatformGitOps.Generator.Apps.NodeLocalDns;
using static PlatformGitOps.Generator.Lint.Rules.PolicyTraffic;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Policies that only allow the DNS pods, in a cluster whose pods query NodeLocal DNSCache.</summary>
internal static class DnsCachePolicies
{
    public const string Id = "policy-dns-cache";

    /// <summary>Cilium's entities that contain a pod's own node.</summary>
    private static readonly string[] NodeEntities = ["host", "cluster", "all"];

    public static IEnumerable<Finding> Check(
        ClusterView cluster, Manifest[] policies, Manifest[] everywhere, Workload dns)
    {
        var cache = cluster.Applied.FirstOrDefault(resource => resource.Kind == "DaemonSet"
            && resource is { Name: NodeLocalDnsNames.Name, Namespace: NodeLocalDnsNames.Namespace });
        var pods = cache is null ? null : Workload.Pods(cluster).FirstOrDefault(pod => pod.Namespace == cache.Namespace
            && pod.Labels.GetValueOrDefault(NodeLocalDnsNames.AppLabel) == NodeLocalDnsNames.Name);
        if (cache is null || pods is null)
        {
            yield break;
        }

        var onNode = cache.Body.TextAt("spec", "template", "spec", "hostNetwork") == "true";
        IPAddress[] addresses = onNode ? Addresses(cache) : [];
        var asked = addresses.LastOrDefault();
        // If it does not listen on the Service's address, nothing queries it until the kubelets have its address.
        var isNamed = addresses.Length > 0 && ServiceAddress(cluster) is { } service && !addresses.Contains(service);
        foreach (var policy in policies.Where(policy => Isolates(policy, "egress") && !Selects(policy, dns)))
        {
            if (RulesOf(policy, "egress").FirstOrDefault(rule => Names(policy, rule, dns)) is { } rule
                && Beside(cluster, policy, policies).Select(beside => Missing(
                        beside.Concat(everywhere).SelectMany(other => RulesOf(other, "egress").Where(outwards => onNode
                            ? ReachesNode(outwards, asked) : MayReach(other, outwards, pods))), DnsPort))
                    .FirstOrDefault(open => open is not null) is { } closed)
            {
                yield return Report.At(rule, Id,
                    $"{policy.Id.Title} allows queries to the DNS pods, but no {closed} to NodeLocal DNSCache, which pods of cluster "
                        + $"{cluster.Name} query{(isNamed ? " once the kubelets name it" : "")}.",
                    !onNode ? $"Allow the pods with {NodeLocalDnsNames.AppLabel}: {NodeLocalDnsNames.Name} in {cache.Namespace} too."
                        : IsCilium(policy) ? "Allow port 53 to the entity host too."
                        : $"Allow port 53 to {(asked is null ? "the cache's address" : $"the ipBlock {IpText.Range(asked)}")} too.") with
                {
                    Severity = isNamed ? Severity.Warning : Severity.Error,
                };
            }
        }
    }

    /// <summary>
    /// The policies that apply together with one, for each of its pods. If the pods are not in the tree, or the selector is not known (as
    /// with <c>specs</c>), all policies of the namespace count.
    /// </summary>
    private static IEnumerable<Manifest[]> Beside(ClusterView cluster, Manifest policy, Manifest[] policies)
    {
        var here = policies.Where(other => other.Namespace == policy.Namespace).ToArray();
        var selected = Workload.Pods(cluster).Where(pod => pod.Namespace == policy.Namespace
            && LabelSelector.Matches(Selector(policy), pod.Labels)).ToArray();
        return selected.Length == 0 ? [here]
            : selected.Select(pod => here.Where(other =>
                Selector(other) is not Mapping selector || LabelSelector.Matches(selector, pod.Labels)).ToArray());
    }

    /// <summary>The addresses of the cache. Pods use the last one: the address of the Service is after the cache's own.</summary>
    private static IPAddress[] Addresses(Manifest cache) =>
    [
        .. cache.Body.MappingsAt("spec", "template", "spec", "containers")
            .Select(container => container.ItemsAt("args").OfType<Scalar>().Select(argument => argument.Value)
                .SkipWhile(argument => argument != "-localip").Skip(1).FirstOrDefault())
            .OfType<string>().SelectMany(list => list.Split(','))
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>(),
    ];

    private static IPAddress? ServiceAddress(ClusterView cluster) => cluster.Releases.Where(release => release.IsClusterDns)
        .Select(release => IPAddress.TryParse(release.Text("service", "clusterIP"), out var address) ? address : null)
        .FirstOrDefault(address => address is not null);

    /// <summary>True if a rule may allow traffic to the network of the pod's node; peers that name neither are not known.</summary>
    private static bool ReachesNode(Mapping rule, IPAddress? asked)
    {
        var peers = rule.Entries.Where(entry => entry.Key.StartsWith("to", StringComparison.Ordinal)
            && entry.Key is not "toPorts" && entry.Value is Sequence { Items.IsEmpty: false }).ToArray();
        return peers.Length == 0 || peers.Any(peer => peer.Key switch
        {
            "to" => rule.MappingsAt("to").Any(block => block.TextAt("ipBlock", "cidr") is { } range && Holds(range, asked)
                && !block.ItemsAt("ipBlock", "except").OfType<Scalar>().Any(without => ShutsOut(without.Value, asked))),
            "toEndpoints" => false,
            "toEntities" => rule.ItemsAt("toEntities").OfType<Scalar>().Any(entity => NodeEntities.Contains(entity.Value)),
            "toCIDR" => rule.ItemsAt("toCIDR").OfType<Scalar>().Any(range => Holds(range.Value, asked)),
            _ => true,
        });
    }

    private static bool ShutsOut(string range, IPAddress? asked) =>
        asked is not null && Cidr.Meant(range) is { } cidr && cidr.Contains(asked);

    private static bool Holds(string range, IPAddress? asked) => asked is null || Cidr.Meant(range) is not { } cidr || cidr.Contains(asked);
}
