using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>What is wrong with instances together, and with the place that they write to.</summary>
internal static class WritingInstanceRules
{
    public static void Check(Platform platform, SectionReader at)
    {
        var servers = new SubstrateServers(platform.Substrates);
        var substrates = at.Entries("substrates");
        ImmutableArray<WritingInstance>[] clusters =
        [
            .. platform.Clusters.Zip(at.Entries("clusters"), (cluster, section) => ExternalDnsRules.Instances(cluster, section)
                .Select(pair => WritingInstance.Of(cluster, pair.Instance, pair.At, servers)).ToImmutableArray()),
        ];
        foreach (var own in clusters)
        {
            CheckPairs(own, sameCluster: true);
            SubstrateUpdateRules.Check(own, substrates);
        }

        CheckPairs([.. clusters.SelectMany(own => own)], sameCluster: false);
    }

    /// <summary>
    /// Two instances that write to the same place: within a cluster their domains must be apart, since both would claim each name;
    /// in two clusters their owners must differ.
    /// </summary>
    private static void CheckPairs(ImmutableArray<WritingInstance> instances, bool sameCluster)
    {
        for (var second = 1; second < instances.Length; second++)
        {
            for (var first = 0; first < second; first++)
            {
                var (one, two) = (instances[first], instances[second]);
                if (one.Cluster == two.Cluster == sameCluster && one.At.Position != two.At.Position | !sameCluster
                    && one.SamePlace(two) && one.Shared(two) is var (mine, index))
                {
                    if (sameCluster)
                    {
                        CheckShared(one, two, mine, index);
                    }
                    else if (one.Owner == two.Owner)
                    {
                        two.At.Report(ExternalDnsRules.OwnerShared, $"domainFilters[{index}]",
                            $"'{two.Instance.Name}' of cluster {two.Cluster.Name} and '{one.Instance.Name}' of cluster " +
                                $"{one.Cluster.Name} write to '{mine}' " +
                                $"as the one owner '{one.Owner}': each would take the other's records for its own.",
                            "Delete 'ownerId': the cluster's name is the owner then.");
                    }
                    else
                    {
                        CheckTakenOver(one, two, mine);
                        CheckTakenOver(two, one, mine);
                    }
                }
            }
        }
    }

    /// <summary>With sync the new owner deletes what the objects of the other cluster ask for, which it does not see.</summary>
    private static void CheckTakenOver(WritingInstance taker, WritingInstance owner, DomainName domain)
    {
        if (taker.Instance.MigrateFromOwner?.Text == owner.Owner)
        {
            taker.At.Report(ExternalDnsRules.OwnerShared, "migrateFromOwner",
                $"'{taker.Instance.Name}' of cluster {taker.Cluster.Name} takes over what '{owner.Instance.Name}' of cluster " +
                    $"{owner.Cluster.Name} writes to '{domain}' as the owner '{owner.Owner}'.",
                "Delete it, or the instance of the other cluster.", "ownerId");
        }
    }

    private static void CheckShared(WritingInstance one, WritingInstance two, DomainName domain, int index)
    {
        var own = two.Instance.Domains[index];
        if (own == domain)
        {
            two.At.Report(ExternalDnsRules.ZoneTwice, $"domainFilters[{index}]",
                $"The instance '{one.Instance.Name}' (line {one.At.Position.Line}) writes to '{domain}' already.",
                "Give the domain to one of them, or say which zones each writes: public or private in zoneType or visibility of both, " +
                    "privateZones with azure.");
        }
        else
        {
            two.At.Report(ExternalDnsRules.Overlap, $"domainFilters[{index}]",
                $"'{own}' and '{domain}' of the instance '{one.Instance.Name}' (line {one.At.Position.Line}) are one below the other: " +
                    "both would write the same names.",
                $"Add 'excludeDomains: [{(own.IsIn(domain) ? own : domain)}]' to the instance with the larger domain.");
        }
    }
}

/// <summary>An instance of one cluster, where the file has it.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Instance">Its keys.</param>
/// <param name="At">Its place in the definition.</param>
/// <param name="Server">The host of a substrate that it writes to; null for any other server.</param>
internal sealed record WritingInstance(Cluster Cluster, DnsInstance Instance, SectionReader At, KnownServer? Server)
{
    public static WritingInstance Of(Cluster cluster, DnsInstance instance, SectionReader at, SubstrateServers servers) => new(
        cluster, instance, at, instance is { Provider: DnsProvider.Rfc2136, Rfc2136.Host: { } host } && at.IsSound("rfc2136.host")
            ? servers.Find(host) : null);

    public string Owner => Instance.OwnerId?.Text ?? Cluster.Name.Text;

    private (DnsProvider, string) Account => (Instance.Provider, Instance.Provider switch
    {
        DnsProvider.Google => Instance.Google.Project ?? "",
        DnsProvider.Azure => $"{Instance.Azure.SubscriptionId} {Instance.Azure.ResourceGroup} {Instance.Azure.PrivateZones}",
        // A host has several addresses, and names.
        DnsProvider.Rfc2136 => Server is { Host: not null } ? $"substrate {Server.Index}"
            : $"{Instance.Rfc2136.Host} {Instance.Rfc2136.Port}",
        DnsProvider.Webhook => Instance.Webhook.Image ?? "",
        _ => "",
    });

    private string Visibility => Instance.Provider switch
    {
        DnsProvider.Aws => Instance.Aws.ZoneType,
        DnsProvider.Google => Instance.Google.Visibility,
        _ => DnsInstance.AnyVisibility,
    };

    /// <summary>Not where zone ids, or the types of zones, keep them apart; <c>any</c> is public and private.</summary>
    public bool SamePlace(WritingInstance other) => Account == other.Account
        && (Visibility == other.Visibility || DnsInstance.AnyVisibility == Visibility || DnsInstance.AnyVisibility == other.Visibility)
        && (Instance.ZoneIds.IsEmpty || other.Instance.ZoneIds.IsEmpty || Instance.ZoneIds.Intersect(other.Instance.ZoneIds).Any());

    /// <summary>A domain of this one, and the index of one of the other that is the same, above or below; null where none is.</summary>
    public (DomainName Domain, int Index)? Shared(WritingInstance other)
    {
        for (var index = 0; index < other.Instance.Domains.Length; index++)
        {
            var theirs = other.Instance.Domains[index];
            foreach (var domain in Instance.Domains)
            {
                if ((DomainName.IsIn(theirs.Text, domain.Text) && !Excludes(Instance, theirs))
                    || (DomainName.IsIn(domain.Text, theirs.Text) && !Excludes(other.Instance, domain)))
                {
                    return (domain, index);
                }
            }
        }

        return null;
    }

    private static bool Excludes(DnsInstance instance, DomainName domain) =>
        instance.ExcludeDomains.Any(excluded => DomainName.IsIn(domain.Text, excluded.Text));
}
