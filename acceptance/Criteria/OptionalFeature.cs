using PlatformGitOps.Acceptance.Criteria.DnsCheck;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Acceptance.Criteria.GeoDns;
using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Acceptance.Criteria.Keys;
using PlatformGitOps.Acceptance.Criteria.NodeLocal;
using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A feature of the platform that is off by default and has its own checks.</summary>
/// <param name="Feature">The feature in <see cref="CriterionAttribute.SwitchesOn"/>.</param>
/// <param name="Category">The category of the tests with its live sabotages.</param>
/// <param name="NotApplicable">Why a check does not apply to a cluster of the definition; null if it does.</param>
internal sealed record OptionalFeature(Feature Feature, string Category, Func<Check, Cluster, string?> NotApplicable)
{
    /// <summary>Enables it in every cluster of a definition.</summary>
    public required Func<Platform, Platform> Enable { get; init; }

    /// <summary>Delivers it to a cluster, once in a run.</summary>
    public Func<LiveCluster, CancellationToken, Task<LiveCluster>> Deliver { get; init; } = (cluster, _) => Task.FromResult(cluster);

    /// <summary>Removes it from a cluster.</summary>
    public Func<string, CancellationToken, Task> Remove { get; init; } = (_, _) => Task.CompletedTask;

    public static IReadOnlyList<OptionalFeature> All { get; } =
    [
        new(Feature.NodeLocalDns, "NodeLocalSabotage",
            (_, definition) => definition.Of<NodeLocalDnsSettings>() is null ? "nodeLocalDns is not enabled" : null)
        {
            Enable = platform => CachedCluster.Switched(platform, on: true),
            Deliver = CachedCluster.Of,
            Remove = CachedCluster.Remove,
        },
        new(Feature.GeoRouting, "GeoSabotage",
            (_, definition) => definition.Of<GeoDnsSettings>() is null ? "geoRouting is not enabled" : null)
        {
            Enable = RoutedCluster.Switched,
            Deliver = RoutedCluster.Of,
            Remove = RoutedCluster.Remove,
        },
        new(Feature.DnsCheck, "DnsCheckSabotage",
            (_, definition) => definition.Of<DnsCheckSettings>() is null ? "dnsCheck is not enabled" : null)
        {
            Enable = platform => ProvenCluster.Switched(platform, image: null),
            Deliver = ProvenCluster.Of,
            Remove = ProvenCluster.Remove,
        },
        new(Feature.ExternalDns, "RecordsSabotage",
            (_, definition) => definition.Of<ExternalDnsSettings>() is null ? "externalDns has no instance" : null)
        {
            Enable = platform => PublishingCluster.Switched(platform),
            Deliver = PublishingCluster.ClusterOf,
            Remove = CombinedService.Remove,
        },
        // External-DNS first: removing the controller delivers what the cluster had before.
        new(Feature.HealthController, "HealthSabotage", (_, definition) => definition.HealthController switch
        {
            null => "healthController is not enabled",
            { Release: true } => "healthController.release is true",
            _ => null,
        })
        {
            Enable = CheckedCluster.Switched,
            Deliver = CheckedCluster.Of,
            Remove = CheckedCluster.RemoveController,
        },
        new(Feature.Notifications, "NoticesSabotage",
            (_, definition) => definition.Notifications.IsEmpty ? "the cluster has no notifications" : null)
        {
            Enable = WithReceivers,
            // The suite replaces the definition's receivers, and has none itself.
            Deliver = (cluster, _) =>
            {
                cluster.Needs(!cluster.Tree.Definition.Notifications.IsEmpty, "the definition has no notifications");
                return Task.FromResult(cluster);
            },
        },
        new(Feature.NamedSecrets, "SecretsSabotage", (_, _) => null)
        {
            Enable = WithReceivers,
            // Each sabotage needs another key of the definition, and skips without it.
            Deliver = (cluster, _) => Task.FromResult(cluster),
        },
        // The definition itself has the keys.
        new(Feature.Keys, "KeysSabotage", (check, definition) => KeysCriterion.NotApplicable(check.Id, definition))
        {
            Enable = KeysCriterion.Switched,
        },
        // Its check delivers the autoscaler itself, and removes it.
        new(Feature.Autoscaling, "ScalingSabotage",
            (_, definition) => definition.Dns.Autoscaling is not Autoscaling.Horizontal ? "dns.autoscaling.kind is not hpa" : null)
        {
            Enable = platform => ScalingCriterion.Switched(platform),
        },
    ];

    /// <summary>Null for what every cluster has.</summary>
    public static OptionalFeature? Of(Feature feature) => All.SingleOrDefault(part => part.Feature == feature);

    /// <summary>The definition with the fixture's receivers and credentials.</summary>
    private static Platform WithReceivers(Platform platform)
    {
        var staged = DefinedTree.Read(StorySample.Definition("staged"));
        return platform.InEachCluster(cluster => cluster with { Notifications = staged.Clusters[0].Notifications }) with
        {
            Charts = staged.Charts.SetItem("coredns", staged.Charts["coredns"] with { Version = platform.Charts["coredns"].Version }),
        };
    }
}
