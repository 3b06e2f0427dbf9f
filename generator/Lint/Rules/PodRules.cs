using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Rules for scheduling, spreading and shutdown of the DNS pods.</summary>
internal static class PodRules
{
    internal const string Capability = "capability-missing";
    internal const string UserNumber = "run-as-user-missing";
    internal const string Spread = "spread-without-selector";
    internal const string ImmutableSelector = "immutable-selector";
    internal const string ImmutableAddress = "immutable-cluster-ip";

    private const string AddressRange = "dns-address-range";

    private static readonly ReleaseChecks OfReleases = new(Check);

    public static readonly LintRule Rule = LintRule.Of(
        "pod",
        cluster => OfReleases.Check(cluster).Concat(cluster.Releases.SelectMany(release => Ranges(release, cluster))),
        (Capability, "Without NET_BIND_SERVICE the kernel does not execute the published CoreDNS."),
        (UserNumber, "runAsNonRoot needs runAsUser: the image names its user, and the kubelet accepts only a number."),
        (Spread, "A topology spread constraint without a labelSelector counts no pods."),
        (ImmutableSelector, "An immutable selector does not match the pods."),
        (AddressRange, "The DNS address is not in the cluster's range for Services, so the API server refuses it."),
        (ImmutableAddress, "clusterIP is immutable; this value is not an address, or conflicts with clusterIPs."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release) =>
        Security(release).Concat(Spreads(release)).Concat(Immutables(release));

    private static IEnumerable<Finding> Security(CoreDnsRelease release)
    {
        // Values merge map by map: the chart's own list stays unless it is replaced or set to null.
        var added = release.Values.At("securityContext", "capabilities", "add");
        var keeps = added is null || (added is Sequence list
            && list.Items.OfType<Scalar>().Any(item => item.Value is "NET_BIND_SERVICE" or "CAP_NET_BIND_SERVICE" or "ALL"));
        var drops = release.Values.At("securityContext", "capabilities", "drop") as Sequence;
        if (!keeps && (drops is null || drops.Items.OfType<Scalar>().Any(item => item.Value is "ALL" or "NET_BIND_SERVICE")))
        {
            yield return release.Report(
                Capability,
                "The binary has the file capability NET_BIND_SERVICE; without it in the bounding set, exec fails: operation not " +
                    "permitted (coredns#7435).",
                "Write add: [NET_BIND_SERVICE] beside drop: [ALL].",
                "securityContext",
                "capabilities",
                "add");
        }

        foreach (var context in new[] { "podSecurityContext", "securityContext" })
        {
            if (release.Switch(false, context, "runAsNonRoot")
                && release.Number("podSecurityContext", "runAsUser") is null && release.Number("securityContext", "runAsUser") is null)
            {
                yield return release.Report(
                    UserNumber,
                    "The image names its user without a number, so the kubelet cannot verify that it is not root (coredns#7542).",
                    "Set runAsUser: 65532 and runAsGroup: 65532.",
                    context,
                    "runAsNonRoot");
            }
        }
    }

    private static IEnumerable<Finding> Spreads(CoreDnsRelease release) => release.Values.MappingsAt("topologySpreadConstraints")
        .Where(spread => spread["labelSelector"] is not Mapping { Entries.IsEmpty: false })
        .Select(spread => Report.At(
            spread,
            Spread,
            $"The spread over {spread.TextAt("topologyKey")} has no labelSelector, and the chart adds none: it counts no pods.",
            $"Select k8s-app: {release.AppLabel}."));

    private static IEnumerable<Finding> Immutables(CoreDnsRelease release)
    {
        var selector = release.Values.At("deployment", "selector");
        if (selector is Mapping { Entries.IsEmpty: false } && !LabelSelector.Matches(selector, release.PodLabels))
        {
            yield return release.Report(
                ImmutableSelector,
                "deployment.selector does not match the pods' labels: the API server refuses the Deployment, and a selector cannot be " +
                    "changed later.",
                "Delete it, or write matchLabels that the pods have.",
                "deployment",
                "selector");
        }

        var (address, type) = (release.Text("service", "clusterIP"), release.Text("serviceType") ?? "ClusterIP");
        if (address == "None" || type == "ExternalName")
        {
            yield return release.Report(
                ImmutableAddress,
                "A DNS Service without an address cannot be in the pods' resolv.conf, and it cannot get one later unless it is deleted.",
                "Give it the cluster's DNS address.",
                "service",
                "clusterIP");
        }

        if (release.Values.At("service", "clusterIPs") is Sequence { Items: [Scalar first, ..] } && address is not null
            && first.Value != address)
        {
            yield return release.Report(
                ImmutableAddress,
                $"service.clusterIPs begins with {first.Value}, service.clusterIP is {address}.",
                "Write the same address first.",
                "service",
                "clusterIPs");
        }
    }

    private static IEnumerable<Finding> Ranges(CoreDnsRelease release, ClusterView cluster)
    {
        var ranges = cluster.Options.Services.GetValueOrDefault(cluster.Name);
        Scalar[] written = [.. new[] { release.Values.At("service", "clusterIP") }
            .Concat(release.Values.ItemsAt("service", "clusterIPs")).OfType<Scalar>()];
        return from scalar in written.DistinctBy(scalar => scalar.Value)
               where !ranges.IsDefaultOrEmpty && IPAddress.TryParse(scalar.Value, out var address)
                   && !ranges.Any(range => range.Contains(address))
               let other = cluster.Options.Services.Where(pair => pair.Key != cluster.Name
                       && pair.Value.Any(range => range.Contains(IPAddress.Parse(scalar.Value))))
                   .Select(pair => pair.Key).Order(StringComparer.Ordinal).FirstOrDefault()
               select release.Report(
                   AddressRange,
                   $"{scalar.Value} is not in {string.Join(" or ", ranges)}, the range of cluster {cluster.Name} for Services"
                       + (other is null ? "." : $", but in that of cluster {other}."),
                   "Write an address of the range, the one in the kubelets' clusterDNS.",
                   "service",
                   "clusterIP");
    }
}
