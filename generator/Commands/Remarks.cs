using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.MonitoringCrds;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary>What is allowed and most likely a mistake: <c>check</c> and <c>lint</c> warn of it, and end as without it.</summary>
internal static class Remarks
{
    private const string ChartDataMissing = "chart-data-missing";

    /// <summary>The warnings about a definition and the folder beside it.</summary>
    /// <param name="context">The command.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="lint">What lint found: a published chart without data is not said again.</param>
    public static ImmutableArray<Finding> Of(
        CommandContext context, PlatformReading.Valid definition, IReadOnlyCollection<Finding>? lint = null) =>
    [
        .. OfClusters(context, definition),
        .. Versions(context, definition, lint?.Any(finding => finding.Rule == ChartDataMissing) ?? false),
        .. Overlays(context, definition.Platform),
        .. EmptyOverlays(context, definition.Platform),
        .. SourceRemarks.Of(context, definition),
        .. LeftFolders.Of(context, definition.Platform),
    ];

    /// <summary>Those that are worth saying while the tree is written, without what the definition keeps back.</summary>
    public static ImmutableArray<Finding> OfWriting(CommandContext context, PlatformReading.Valid definition) => Left(definition.Platform,
    [
        .. OfClusters(context, definition), .. EmptyOverlays(context, definition.Platform), .. LeftFolders.Of(context, definition.Platform),
    ]);

    /// <summary>Those about what a plan would do to clusters, without what the definition keeps back.</summary>
    public static ImmutableArray<Finding> OfPlan(CommandContext context, PlatformReading.Valid definition) =>
        Left(definition.Platform, OfClusters(context, definition));

    /// <summary>The same without what the definition keeps back (<c>lint.ignore</c>); what many clusters have is said once.</summary>
    public static ImmutableArray<Finding> Left(Platform platform, IEnumerable<Finding> remarks)
    {
        Func<Finding, bool>[] ignored = [.. platform.Lint.Ignore.Select(entry => entry.Matcher())];
        Finding[] left = [.. remarks.Where(remark => !ignored.Any(holds => holds(remark)))];
        return [.. Folding.Fold(left, platform.Clusters.Select(cluster => cluster.Name.Text).ToHashSet(StringComparer.Ordinal))];
    }

    /// <summary>True where a warning needs more of the git repository than there is here, so that its absence says nothing.</summary>
    public static bool DependsOnTheClone(CommandContext context, Platform platform, string rule) => rule switch
    {
        WarningRules.RepositoryRoot or WarningRules.Tree => GitFolder.RootOf(context.Root) is null,
        WarningRules.RepositoryBranch => platform.Repository.Kind == SourceKind.Git
            && SourceRemarks.KnownBranches(context, platform) is null,
        _ => false,
    };

    private static IEnumerable<Finding> OfClusters(CommandContext context, PlatformReading.Valid definition) =>
        [.. Repository(context, definition), .. UnknownNodes(context, definition), .. RefusedBySubstrate(context, definition)];

    /// <summary>A plain policy names nodes by their range alone.</summary>
    private static IEnumerable<Finding> UnknownNodes(CommandContext context, PlatformReading.Valid definition) =>
        from pair in definition.Platform.Clusters.Zip(definition.Root.ItemsAt("clusters").OfType<Mapping>())
        where pair.First is { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: null }
        select Warning(WarningRules.NodesUnknown, Path.GetFileName(context.DefinitionPath), pair.Second.PositionOf("network"),
            $"The policy on the DNS pods of cluster {pair.First.Name} (networkPolicy: kubernetes) lets pods in, and no node, because the "
                + "range of the nodes is not known. Pods on the host network that ask the cluster's DNS (dnsPolicy: "
                + "ClusterFirstWithHostNet), and programs of the nodes, then reach a DNS pod on their own node alone.",
            "Write the range of the nodes as 'nodes:' below the cluster's 'network', or 'networkPolicy: cilium' where Cilium runs.");

    /// <summary>Pods ask with their own address or with that of their node, unless something between translates both.</summary>
    private static IEnumerable<Finding> RefusedBySubstrate(CommandContext context, PlatformReading.Valid definition) =>
        from pair in definition.Platform.Clusters.Zip(definition.Root.ItemsAt("clusters").OfType<Mapping>())
        where pair.First is { Substrate: not null, Nodes: not null }
        let substrate = pair.First.Substrate
        let ranges = pair.First.RangesFor(RangeUse.Pods, RangeUse.Nodes).ToArray()
        where !substrate.AllowedNetworks.Any(allowed => ranges.Any(allowed.Overlaps))
        select Warning(WarningRules.SubstrateNetworks, Path.GetFileName(context.DefinitionPath), pair.Second.PositionOf("substrate"),
            $"The substrate '{substrate.Name}' refuses the CoreDNS of cluster {pair.First.Name}: its allowedNetworks have no address of "
                + $"{string.Join(" or ", ranges)}, the ranges of the pods and nodes. The zone {substrate.Zone} then has no names in the "
                + "cluster.",
            $"Add these ranges to the allowedNetworks of '{substrate.Name}'. Keep the finding back ({Docs.Page("lint.md")}) where a NAT "
                + "gives the queries an address that is allowed.");

    /// <summary>
    /// Flux looks for a cluster's folder from the root of the repository, below <c>repository.path</c>. The root of an artifact is the
    /// folder that somebody pushed, which nobody knows here.
    /// </summary>
    private static ImmutableArray<Finding> Repository(CommandContext context, PlatformReading.Valid definition)
    {
        var (platform, root) = definition;
        var written = platform.Repository.Folder ?? "";
        if (platform.Repository.Kind != SourceKind.Git || FolderInRepository(context.Root) is not { } actual || actual == written
            || platform.Clusters.FirstOrDefault() is not { } cluster)
        {
            return [];
        }

        var folder = Layout.ClusterFolder(cluster.Name.Text);
        return
        [
            Warning(WarningRules.RepositoryRoot, Path.GetFileName(context.DefinitionPath),
                root.At("repository", "path")?.Position ?? root.PositionOf("repository"),
                $"The definition is in {(actual.Length == 0 ? "the root" : $"the folder '{Printable.Of(actual)}'")} of its git repository. "
                    + $"Flux looks for '{In(written)}' from the root of the repository, and the files are in '{In(Printable.Of(actual))}'.",
                actual.Length == 0 ? "Delete 'path' below 'repository'." : $"Write 'path: {Printable.Of(actual)}' below 'repository'."),
        ];

        string In(string above) => above.Length == 0 ? $"./{folder}" : $"./{above}/{folder}";
    }

    /// <summary>From the root of the git repository that a folder is in; empty for the root, null outside of any.</summary>
    public static string? FolderInRepository(string folder)
    {
        if (GitFolder.RootOf(folder) is not { } root)
        {
            return null;
        }

        var below = Path.GetRelativePath(root, Path.GetFullPath(folder)).Replace('\\', '/');
        return below == "." ? "" : below;
    }

    private static IEnumerable<Finding> Versions(CommandContext context, PlatformReading.Valid definition, bool isSaid)
    {
        var (platform, root) = definition;
        var known = KnownVersions.Instance;
        var newest = CoreDnsChart.Releases.Keys.Last();
        foreach (var version in Written(platform.Charts[CoreDnsApp.ChartKey].Version,
            platform.Clusters.Select(cluster => cluster.Pins.Charts.GetValueOrDefault(CoreDnsApp.ChartKey)))
            .Where(version => !CoreDnsChart.HasRelease(version)))
        {
            var isPublished = version <= (known.Product($"chart {CoreDnsApp.ChartKey}")?.Newest ?? newest);
            if (isPublished && isSaid)
            {
                continue;
            }

            yield return Unknown(context, Place(root, version, "charts", CoreDnsApp.ChartKey, "version"),
                $"Chart coredns {version} is not a release that this program knows: it takes the values, metrics and plugins of "
                    + $"{CoreDnsChart.For(version).Version}.",
                isPublished
                    ? $"The newest one whose values it knows is {newest}."
                    : $"Check the number: the newest one whose values it knows is {newest}.");
        }

        var clusters = platform.Clusters;
        foreach (var (name, key, versions) in new (string, string[], IEnumerable<SemVer>)[]
        {
            ("Flux", ["flux", "version"], Written(platform.Flux.Version, clusters.Select(cluster => cluster.Pins.Flux))),
            ($"chart {MonitoringCrdsApp.ChartKey}", ["charts", MonitoringCrdsApp.ChartKey, "version"],
                Written(platform.Charts[MonitoringCrdsApp.ChartKey].Version,
                    clusters.Select(cluster => cluster.Pins.Charts.GetValueOrDefault(MonitoringCrdsApp.ChartKey)))),
            ("Kubernetes", ["kubernetes"], Written(null, clusters.Select(cluster => cluster.Kubernetes))),
        })
        {
            if (known.Product(name)?.Newest is { } last)
            {
                foreach (var version in versions.Where(version => version > last))
                {
                    yield return Unknown(context, Place(root, version, key),
                        $"{char.ToUpperInvariant(name[0])}{name[1..]} {version} is newer than {last}, the newest one that was known on "
                            + $"{known.ReadOn}.", "Check the number.");
                }
            }
        }
    }

    private static IEnumerable<SemVer> Written(SemVer? ofAll, IEnumerable<SemVer?> ofClusters) =>
        ofClusters.Append(ofAll).OfType<SemVer>().Distinct().Order();

    private static IEnumerable<Finding> Overlays(CommandContext context, Platform platform)
    {
        var folder = Path.Combine(context.Root, Layout.Overlays);
        var names = platform.Clusters.Select(cluster => cluster.Name.Text).ToHashSet(StringComparer.Ordinal);
        string[] paths = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path) is var name && !names.Contains(name) && !IsIncluded(context.Root, folder, path))
            {
                var near = Suggestion.For(name, names);
                yield return Warning(WarningRules.OverlayUnused, $"{Layout.Overlays}/{name}", Position.None,
                    $"The definition has no cluster '{Printable.Of(name)}', so nothing delivers this folder.",
                    near is null ? "Rename it after a cluster, or delete it." : $"Did you mean '{near}'?");
            }
        }
    }

    /// <summary>A cluster's folder that nobody has written into yet: with it alone the cluster gets no overlay.</summary>
    private static IEnumerable<Finding> EmptyOverlays(CommandContext context, Platform platform) =>
        from cluster in platform.Clusters
        where !cluster.HasOverlay
        let folder = Layout.OverlayFolder(cluster.Name.Text)
        where Directory.Exists(Path.Combine(context.Root, folder))
        select Warning(WarningRules.OverlayEmpty, folder, Position.None,
            $"The folder has no manifest, so that cluster {cluster.Name.Text} gets no overlay. git does not keep a folder without a file.",
            "Write a manifest (.yaml) into it and run generate, or delete it.");

    /// <summary>True where a file beside the folder names it, such as a kustomization with <c>../base</c>.</summary>
    private static bool IsIncluded(string root, string overlays, string folder) =>
        Directory.EnumerateFiles(overlays, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        })
            .Where(file => Path.GetExtension(file) is ".yaml" or ".yml" || Path.GetFileName(file) == "Kustomization")
            .Where(file => !IsBelow(file, folder))
            .SelectMany(file => YamlReader.Read(file, File.ReadAllBytes(file), YamlOptions.Tree).Documents
                .SelectMany(document => document.Scalars(text => text.Contains('/')
                    && !text.Contains('\0')))
                .SelectMany(scalar => new[] { Path.GetDirectoryName(file)!, root }
                    .Select(from => Path.GetFullPath(Path.Combine(from, scalar.Value)))))
            .Any(path => IsBelow(path, folder));

    private static bool IsBelow(string path, string folder) =>
        $"{path}/".Replace('\\', '/').StartsWith($"{folder}/".Replace('\\', '/'), StringComparison.Ordinal);

    private static Finding Unknown(CommandContext context, Position position, string message, string fix) =>
        Warning(WarningRules.VersionUnknown, Path.GetFileName(context.DefinitionPath), position, message, fix);

    internal static Finding Warning(string rule, string file, Position position, string message, string fix) =>
        new() { Rule = rule, File = file, Position = position, Severity = Severity.Warning, Message = message, Fix = fix };

    private static Position Place(Mapping root, SemVer version, params ReadOnlySpan<string> key)
    {
        var written = version.ToString();
        // 1.34 means 1.34.0.
        return Place(root, value => value == written
            || (value.Contains('.') && written.StartsWith(value + ".", StringComparison.Ordinal)), key);
    }

    /// <summary>The first place with a value: for all clusters, for a group or for one cluster.</summary>
    internal static Position Place(Mapping root, Func<string, bool> matches, params ReadOnlySpan<string> key)
    {
        foreach (var section in new[] { root, root["defaults"] }.Concat(root.EntriesAt("groups").Select(group => group.Value))
            .Concat(root.ItemsAt("clusters")).OfType<Mapping>())
        {
            if (section.At(key) is Scalar { Value: var value } scalar && matches(value))
            {
                return scalar.Position;
            }
        }

        return Position.None;
    }
}
