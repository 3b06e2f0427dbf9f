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

/// <summary>An application that the tree delivers. To add one, write its folder and add its class to <see cref="AppList"/>.</summary>
public abstract class App
{
    /// <summary>The name of its file in a cluster's folder, and the suffix of its Flux Kustomization's name.</summary>
    public abstract string Name { get; }

    /// <summary>False for an application without a Flux Kustomization in a cluster, so that there is nothing to patch.</summary>
    public virtual bool HasLayer => true;

    /// <summary>The names of the applications whose Kustomizations must be ready first, if a cluster has them.</summary>
    public virtual ImmutableArray<string> WaitsFor => [];

    /// <summary>Its Helm chart, a key of <c>charts</c>; null if it has none.</summary>
    public virtual AppChart? Chart => null;

    /// <summary>Every value that a version of its chart reads; null if that is not known.</summary>
    public virtual Shape? ValuesAt(SemVer version) => null;

    /// <summary>Helm values that a definition must not set, each with what to write instead.</summary>
    public virtual IReadOnlyDictionary<string, string> ProtectedValues => ImmutableDictionary<string, string>.Empty;

    /// <summary>A cluster's own Helm values, completed with the tree's entries that a list of theirs would otherwise replace.</summary>
    public virtual Mapping WithRequiredValues(Mapping values) => values;

    /// <summary>Charts that install custom resource definitions, and the API group of these.</summary>
    public virtual IEnumerable<(string Chart, string Group)> CrdCharts => [];

    /// <summary>Binds its own keys of a cluster, for <see cref="Cluster.Of{T}"/>; null if the cluster does not have it.</summary>
    public virtual object? Bind(Section cluster) => null;

    /// <summary>Its keys in the <see cref="StarterDefinition"/>: comments, indented for an entry of clusters.</summary>
    public virtual string Starter => "";

    /// <summary>Its files, of all clusters and shared ones.</summary>
    public abstract IEnumerable<GeneratedFile> Files(Platform platform);

    /// <summary>Its Flux Kustomization in a cluster; null if the cluster does not have it.</summary>
    public virtual FluxKustomization? Layer(Cluster cluster) => null;

    /// <summary>
    /// The names of its roles. The account that Flux impersonates may grant the rights in them without having these rights.
    /// </summary>
    public virtual IEnumerable<string> Roles(Cluster cluster) => [];

    /// <summary>Its values in a cluster's settings, by the names of the variables.</summary>
    public virtual Mapping Settings(Cluster cluster) => [];

    /// <summary>Checks its keys in one cluster.</summary>
    public virtual void Check(Cluster cluster, SectionReader at)
    {
    }

    /// <summary>Checks its keys outside of the clusters.</summary>
    public virtual void CheckPlatform(Platform platform, SectionReader at)
    {
    }

    /// <summary>Checks its keys across all clusters.</summary>
    public virtual void CheckFleet(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters)
    {
    }

    /// <summary>Lint rules of this application; they check the tree with its hand edits.</summary>
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

    /// <summary>
    /// The Flux Kustomization of an application in one cluster, with its dependencies and the additions from the cluster's keys; null if
    /// the cluster does not have it.
    /// </summary>
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

    /// <summary>True if an application's Kustomization depends on another's, directly or not.</summary>
    public static bool WaitsFor(App app, string other) =>
        app.WaitsFor.Contains(other) || All.Any(between => app.WaitsFor.Contains(between.Name) && WaitsFor(between, other));
}
