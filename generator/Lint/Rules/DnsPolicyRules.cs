using PlatformGitOps.Generator.Apps.AllowDns;
using static PlatformGitOps.Generator.Lint.Rules.PolicyTraffic;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Network policies about DNS, and the port that DNS needs.</summary>
internal static class DnsPolicyRules
{
    private const string Port = "policy-dns-port";

    public const string Name = "dns-policy";

    public static readonly LintRule Rule = LintRule.Of(
        Name, Check, (Port, "A network policy names the DNS pods, but does not allow queries to them over UDP and TCP."),
        (DnsCachePolicies.Id,
            "A network policy lets queries to the DNS pods out, and no policy of the same pods lets them out to NodeLocal DNSCache, "
                + "which pods of its cluster ask."));

    private static readonly Workload Usual = new("kube-system", new Dictionary<string, string>
    {
        ["k8s-app"] = "kube-dns",
        [PolicyParts.NamespaceLabel] = "kube-system",
    }.ToImmutableDictionary());

    /// <summary>Checks policies that no cluster applies yet. Those of one folder are included together.</summary>
    public static IEnumerable<Finding> Check(SourceTree tree)
    {
        var policies = tree.FilesBelow(AllowDnsApp.Folder)
            .Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) && tree.Read(file) is not null)
            .SelectMany(file => YamlReader.Read(file, tree.Read(file), YamlOptions.Tree).Documents.OfType<Mapping>()
                .Select(body => new Manifest(body, file)))
            .Where(IsPolicy).ToArray();
        return policies.SelectMany(policy =>
            Outwards(policy, policies.Where(other => FolderOf(other) == FolderOf(policy)), Usual, DnsPort));
    }

    private static string FolderOf(Manifest policy) => policy.File[..policy.File.LastIndexOf('/')];

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var policies = cluster.Applied.Where(IsPolicy).ToArray();
        var everywhere = cluster.Applied.Where(resource => resource is { Kind: "CiliumClusterwideNetworkPolicy" }).ToArray();

        // Other network policies, and those of the administrator, may allow more.
        var isKnown = !cluster.Applied.Except(policies).Except(everywhere)
            .Any(resource => resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal));
        foreach (var release in isKnown ? cluster.Releases : [])
        {
            var port = PortOf(release.Values.MappingsAt("servers").FirstOrDefault());
            var pods = Workload.Pods(cluster).First(pod => pod.Namespace == release.Namespace
                && release.PodLabels.All(label => pod.Labels.GetValueOrDefault(label.Key) == label.Value));
            var inwards = policies.Where(policy => Isolates(policy, "ingress") && policy.Namespace == pods.Namespace
                && LabelSelector.Matches(Selector(policy), pods.Labels)).ToArray();
            if (inwards.Length > 0
                && Missing(inwards.Concat(everywhere).SelectMany(policy => RulesOf(policy, "ingress")), port) is { } closed)
            {
                yield return Report.At(
                    inwards[0], ["spec", "ingress"], Port,
                    $"{inwards[0].Id.Title} selects the DNS pods, and no policy lets {closed} port {port} in: nobody can resolve.",
                    $"Allow port {port} over UDP and TCP.");
            }

            var outwards = release.IsClusterDns ? policies.Where(policy => !Selects(policy, pods)) : [];
            foreach (var finding in outwards.SelectMany(policy =>
                Outwards(policy, policies.Where(other => other.Namespace == policy.Namespace).Concat(everywhere), pods, port)))
            {
                yield return finding;
            }

            foreach (var finding in release.IsClusterDns ? DnsCachePolicies.Check(cluster, policies, everywhere, pods) : [])
            {
                yield return finding;
            }
        }
    }

    /// <summary>The chart writes the port after the last zone only.</summary>
    private static string PortOf(Mapping? server) => server?.TextAt("port") is { } port && server.MappingsAt("zones").Count() == 1
        && ushort.TryParse(port, CultureInfo.InvariantCulture, out _) ? port : DnsPort;

    /// <summary>Checks a policy with a rule for the DNS pods, if no other rule may allow queries.</summary>
    private static IEnumerable<Finding> Outwards(Manifest policy, IEnumerable<Manifest> beside, Workload dns, string port)
    {
        if (!Isolates(policy, "egress") || RulesOf(policy, "egress").FirstOrDefault(rule => Names(policy, rule, dns)) is not { } rule)
        {
            return [];
        }

        var rules = beside.SelectMany(other => RulesOf(other, "egress").Select(outwards => (outwards, MayReach(other, outwards, dns))));
        return Missing(rules, port) is not { } closed ? [] :
        [
            Report.At(
                rule["ports"] ?? rule["toPorts"] ?? rule, Port,
                $"{policy.Id.Title} names the DNS pods, but lets no {closed} port {port} out: the pods that it selects cannot "
                    + "resolve.",
                $"Allow port {port} over UDP and TCP."),
        ];
    }
}
