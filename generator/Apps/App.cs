using PlatformGitOps.Generator.Apps.AllowDns;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.Dashboard;
using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.MonitoringCrds;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Apps.Overlays;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Apps;

/// <summary>An application that the tree delivers. To add one, write its folder and add it to <see cref="AppList"/>.</summary>
public abstract class App
{
    /// <summary>What its file in a cluster's folder, and the end of its Flux Kustomization's name, are called.</summary>
    public abstract string Name { get; }

    /// <summary>False for one that delivers nothing to a cluster by a layer of its own, so that there is nothing to patch.</summary>
    public virtual bool HasLayer => true;

    /// <summary>The applications whose layers must be ready before this one's, where a cluster has them.</summary>
    public virtual ImmutableArray<string> WaitsFor => [];

    /// <summary>The chart that it is delivered by, a key of <c>charts</c>; null where it has none.</summary>
    public virtual AppChart? Chart => null;

    /// <summary>Every value that its chart reads at a version; null where that is not known.</summary>
    public virtual Shape? ValuesAt(SemVer version) => null;

    /// <summary>Values that a definition may not set, each with what to write in its place.</summary>
    public virtual IReadOnlyDictionary<string, string> ProtectedValues => ImmutableDictionary<string, string>.Empty;

    /// <summary>A cluster's own values with what the tree's must keep: a list of theirs takes the place of the tree's.</summary>
    public virtual Mapping Completed(Mapping values) => values;

    /// <summary>Charts whose release brings custom resource definitions, with the API group of these.</summary>
    public virtual IEnumerable<(string Chart, string Group)> CrdCharts => [];

    /// <summary>
    /// Binds its own keys of a cluster, which are then in <see cref="Cluster.Of{T}"/>; null where the cluster does not have it.
    /// </summary>
    public virtual object? Bind(Section cluster) => null;

    /// <summary>What <see cref="StarterDefinition"/> says of its keys of a cluster: comments, indented as below a cluster.</summary>
    public virtual string Starter => "";

    /// <summary>The files of the tree, shared by all clusters or not.</summary>
    public abstract IEnumerable<GeneratedFile> Files(Platform platform);

    /// <summary>The layer of one cluster; null where the cluster does not have it.</summary>
    public virtual FluxKustomization? Layer(Cluster cluster) => null;

    /// <summary>
    /// The roles among its objects. An account that Flux acts as must be allowed to grant what they grant, and does not have it itself.
    /// </summary>
    public virtual IEnumerable<string> Roles(Cluster cluster) => [];

    /// <summary>Its values among a cluster's settings, by the names of the variables.</summary>
    public virtual Mapping Settings(Cluster cluster) => [];

    /// <summary>Reports what is wrong with its keys in one cluster.</summary>
    public virtual void Check(Cluster cluster, SectionReader at)
    {
    }

    /// <summary>Reports what is wrong with its keys outside of the clusters.</summary>
    public virtual void CheckPlatform(Platform platform, SectionReader at)
    {
    }

    /// <summary>Reports what is wrong with its keys over all clusters.</summary>
    public virtual void CheckFleet(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
    }

    /// <summary>Checks of the tree, hand edits included, that are about this application alone.</summary>
    public virtual ImmutableArray<LintRule> LintRules => [];

    /// <summary>The name of its Flux Kustomization.</summary>
    public string NameIn(Cluster cluster) => $"{Layout.ClusterPrefix}{cluster.Name}-{Name}";
}

/// <summary>A chart of an application: its key below <c>charts</c> and its publisher.</summary>
public sealed record AppChart(string Key, string Description, ChartPublisher Publisher);

/// <summary>The applications that the tree delivers, in the order of their settings.</summary>
public static class AppList
{
    public static readonly ImmutableArray<App> All =
    [
        new CoreDnsApp(),
        new DnsHealthControllerApp(),
        new NodeLocalDnsApp(),
        new MonitoringCrdsApp(),
        new AllowDnsApp(),
        new DnsCheckApp(),
        new SubstrateApp(),
        new ExternalDnsApp(),
        new GeoDnsApp(),
        new DashboardApp(),
        new OverlaysApp(),
    ];

    /// <summary>The layer of an application in one cluster, with the layers that it waits for and what the cluster's keys add.</summary>
    public static FluxKustomization? LayerIn(App app, Cluster cluster) => app.Layer(cluster) is not { } layer ? null : layer with
    {
        DependsOn =
        [
            .. All.Where(other => app.WaitsFor.Contains(other.Name) && other.Layer(cluster) is not null)
                .Select(other => other.NameIn(cluster)),
            .. layer.DependsOn,
        ],
        Patches = [.. layer.Patches, .. CommonPatches.Of(app, cluster)],
        DecryptionSecret = cluster.Flux.DecryptionSecret?.Text,
        ServiceAccount = cluster.Flux.ServiceAccount?.Text,
        CommonLabels = CommonPatches.Pairs(cluster.Workloads.Labels),
        CommonAnnotations = CommonPatches.Pairs(cluster.Workloads.Annotations),
    };

    /// <summary>True where an application's layer waits for another's, directly or not.</summary>
    public static bool WaitsFor(App app, string other) =>
        app.WaitsFor.Contains(other) || All.Any(between => app.WaitsFor.Contains(between.Name) && WaitsFor(between, other));
}
