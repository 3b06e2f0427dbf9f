using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Checks the health controller's keys of a cluster.</summary>
internal static class ControllerRules
{
    private const string Section = "healthController";

    public static void Check(Cluster cluster, SectionReader at)
    {
        if (cluster.HealthController is not { } settings)
        {
            CheckOff(at);
            return;
        }

        ScalingRules.CheckResources(settings.Resources, $"{Section}.resources", at);
        if (settings.CoreDns && !settings.Namespaces.IsEmpty && settings.Namespaces.All(name => name.Text != CoreDnsNames.Namespace))
        {
            at.Report(DefinitionRules.HealthControllerNamespaces, $"{Section}.namespaces",
                $"CoreDNS's pods are put under the health controller, which does not watch their namespace {CoreDnsNames.Namespace}.",
                $"Add {CoreDnsNames.Namespace}.",
                $"{Section}.coreDns");
        }

        // Without monitoring it has no effect: an inherited key is accepted, as below.
        if (cluster.Monitoring.Flavour == MonitoringFlavour.None && at.Owns($"{Section}.alertAbove"))
        {
            at.Report(DefinitionRules.HealthControllerAlert, $"{Section}.alertAbove",
                "The alert would never fire: with flavour none nothing scrapes the health controller or evaluates its rules.",
                "Delete it, or name the operator that does.",
                "monitoring.flavour");
        }

        foreach (var (index, range) in settings.EndpointSliceNetworks.Index())
        {
            CheckRange(cluster, range, $"{Section}.endpointSliceNetworks[{index}]", at);
        }

        foreach (var (index, range) in settings.DeniedNetworks.Index())
        {
            CheckDenied(cluster, range, $"{Section}.deniedNetworks[{index}]", at);
        }
    }

    /// <summary>The controller neither removes nor publishes an address that it never probes.</summary>
    private static void CheckDenied(Cluster cluster, Cidr denied, string path, SectionReader at)
    {
        if (cluster.Ranges.FirstOrDefault(range =>
            range.Use == RangeUse.Pods && at.IsSound(range.Path) && Has(range.Addresses)) is { } pods)
        {
            Report($"All of the pods {pods.Addresses} are in {denied}, which is never probed: the health controller removes none of them "
                + "from DNS.");
        }
        else if (cluster.HealthController!.EndpointSliceNetworks.FirstOrDefault(Has) is { } network)
        {
            Report($"All of {network} in 'endpointSliceNetworks' is in {denied}, which is never probed: no Service can publish an address "
                + "of it.");
        }

        bool Has(Cidr range) => denied.Contains(range.First) && denied.Contains(range.Last());

        void Report(string message) => at.Report(DefinitionRules.HealthControllerDenied, path, message,
            "Write the part that must not be probed, or delete it.");
    }

    // Without a controller the keys have no effect: inherited ones are accepted, own ones are a mistake.
    private static void CheckOff(SectionReader at)
    {
        foreach (var (key, what) in new[]
        {
            ("coreDns", "CoreDNS's pods are put under the health controller"),
            ("release", "What the health controller removed from DNS is restored"),
        })
        {
            if (at.Owns($"{Section}.{key}") && at.Written($"{Section}.{key}") == "true")
            {
                at.Report(DefinitionRules.HealthControllerOff, $"{Section}.{key}", $"{what}, but the cluster has none.",
                    "Write 'enabled: true' beside it, or delete it.");
            }
        }
    }

    /// <summary>
    /// Otherwise anyone who may create Services could publish other teams' pods, nodes or the API server under their name.
    /// </summary>
    private static void CheckRange(Cluster cluster, Cidr range, string path, SectionReader at)
    {
        (string What, Cidr Range)[] taken =
        [
            .. cluster.Ranges.Where(own => at.IsSound(own.Path)).Select(own => (own.Word, own.Addresses)),
            .. cluster.HealthController!.ApiServer.Select(address => ("API server", address)),
        ];
        foreach (var (what, other) in taken)
        {
            if (range.Overlaps(other))
            {
                at.Report(DefinitionRules.HealthControllerNetworks, path,
                    $"Services may declare addresses in {range}, which shares addresses with the cluster itself: the {what} {other}.",
                    "Write the networks of the machines outside of the cluster.");
                return;
            }
        }
    }
}
