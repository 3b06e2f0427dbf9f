using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// What is allowed but most likely a mistake: <c>check</c> and <c>lint</c> warn of it, and their exit code stays the same.
/// </summary>
internal static class DefinitionWarnings
{
    private const string ChartDataMissing = "chart-data-missing";

    /// <summary>The warnings about a definition and its folder.</summary>
    /// <param name="context">The command.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="lint">Lint's findings: a published chart without data is not reported twice.</param>
    public static ImmutableArray<Finding> Of(
        CommandContext context, PlatformReading.Valid definition, IReadOnlyCollection<Finding>? lint = null) =>
    [
        .. OfClusters(context, definition),
        .. Versions(context, definition, lint?.Any(finding => finding.Rule == ChartDataMissing) ?? false),
        .. Overlays(context, definition.Platform),
        .. EmptyOverlays(context, definition.Platform),
        .. SourceWarnings.Of(context, definition),
        .. LeftoverFolders.Of(context, definition.Platform),
    ];

    /// <summary>The warnings that <c>generate</c> prints, without the ignored ones.</summary>
    public static ImmutableArray<Finding> OfGenerate(CommandContext context, PlatformReading.Valid definition) =>
        WithoutIgnored(definition.Platform,
        [
            .. OfClusters(context, definition),
            .. EmptyOverlays(context, definition.Platform),
            .. LeftoverFolders.Of(context, definition.Platform),
        ]);

    /// <summary>The warnings about what a plan would do to clusters, without the ignored ones.</summary>
    public static ImmutableArray<Finding> OfPlan(CommandContext context, PlatformReading.Valid definition) =>
        WithoutIgnored(definition.Platform, OfClusters(context, definition));

    /// <summary>Removes what <c>lint.ignore</c> ignores, and merges the same warning of several clusters.</summary>
    public static ImmutableArray<Finding> WithoutIgnored(Platform platform, IEnumerable<Finding> warnings)
    {
        Func<Finding, bool>[] ignored = [.. platform.Lint.Ignore.Select(entry => entry.Matcher())];
        Finding[] left = [.. warnings.Where(remark => !ignored.Any(holds => holds(remark)))];
        return [.. Folding.Fold(left, platform.Clusters.Select(cluster => cluster.Name.Text).ToHashSet(StringComparer.Ordinal))];
    }

    /// <summary>True if a warning needs more of the git repository than this clone has, so that its absence proves nothing.</summary>
    public static bool DependsOnTheClone(CommandContext context, Platform platform, string rule) => rule switch
    {
        WarningRules.RepositoryRoot or WarningRules.Tree => GitFolder.RootOf(context.Root) is null,
        WarningRules.RepositoryBranch => platform.Repository.Kind == SourceKind.Git
            && SourceWarnings.KnownBranches(context, platform) is null,
        _ => false,
    };

    private static IEnumerable<Finding> OfClusters(CommandContext context, PlatformReading.Valid definition) =>
        [.. Repository(context, definition), .. UnknownNodes(context, definition)];

    /// <summary>A policy of Kubernetes (not of Cilium) matches nodes only by their address range.</summary>
    private static IEnumerable<Finding> UnknownNodes(CommandContext context, PlatformReading.Valid definition) =>
        from pair in definition.Platform.Clusters.Zip(definition.Root.ItemsAt("clusters").OfType<Mapping>())
        where pair.First is { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: null }
        select Warning(WarningRules.NodesUnknown, Path.GetFileName(context.DefinitionPath), pair.Second.PositionOf("network"),
            $"The policy on the DNS pods of cluster {pair.First.Name} (networkPolicy: kubernetes) lets pods in, and no node, because the "
                + "range of the nodes is not known. Pods on the host network that ask the cluster's DNS (dnsPolicy: "
                + "ClusterFirstWithHostNet), and programs of the nodes, then reach a DNS pod on their own node alone.",
            "Write the range of the nodes as 'nodes:' below the cluster's 'network', or 'networkPolicy: cilium' where Cilium runs.");

    /// <summary>
    /// Flux looks for a cluster's folder from the root of the repository, below <c>repository.path</c>. The root of an OCI artifact is the
    /// pushed folder, which is not known here.
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

    /// <summary>The path of a folder from the root of its git repository; empty for the root, null if there is no repository.</summary>
    public static string? FolderInRepository(string folder)
    {
        if (GitFolder.RootOf(folder) is not { } root)
        {
            return null;
        }

        var below = Path.GetRelativePath(root, Path.GetFullPath(folder)).Replace('\\', '/');
        return below == "." ? "" : below;
    }

    private static IEnumerable<Finding> Versions(CommandContext context, PlatformReading.Valid definition, bool isReported)
    {
        var (platform, root) = definition;
        var known = KnownVersions.Instance;
        var newest = CoreDnsChart.Releases.Keys.Last();
        foreach (var version in Written(platform.Charts[CoreDnsApp.ChartKey].Version,
            platform.Clusters.Select(cluster => cluster.Pins.Charts.GetValueOrDefault(CoreDnsApp.ChartKey)))
            .Where(version => !CoreDnsChart.HasRelease(version)))
        {
            var isPublished = version <= (known.Product($"chart {CoreDnsApp.ChartKey}")?.Newest ?? newest);
            if (isPublished && isReported)
            {
                continue;
            }

            yield return Unknown(context, FindValue(root, version, "charts", CoreDnsApp.ChartKey, "version"),
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
            ("Kubernetes", ["kubernetes"], Written(null, clusters.Select(cluster => cluster.Kubernetes))),
        })
        {
            if (known.Product(name)?.Newest is { } last)
            {
                foreach (var version in versions.Where(version => version > last))
                {
                    yield return Unknown(context, FindValue(root, version, key),
                        $"{name} {version} is newer than {last}, the newest one that was known on {known.ReadOn}.", "Check the number.");
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

    /// <summary>A cluster's empty overlay folder: the cluster gets no overlay from it.</summary>
    private static IEnumerable<Finding> EmptyOverlays(CommandContext context, Platform platform) =>
        from cluster in platform.Clusters
        where !cluster.HasOverlay
        let folder = Layout.OverlayFolder(cluster.Name.Text)
        where Directory.Exists(Path.Combine(context.Root, folder))
        select Warning(WarningRules.OverlayEmpty, folder, Position.None,
            $"The folder has no manifest, so that cluster {cluster.Name.Text} gets no overlay. git does not keep a folder without a file.",
            "Write a manifest (.yaml) into it and run generate, or delete it.");

    /// <summary>True if a file outside of the folder names it, for example a kustomization with <c>../base</c>.</summary>
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

    private static Position FindValue(Mapping root, SemVer version, params ReadOnlySpan<string> key)
    {
        var written = version.ToString();
        // 1.34 means 1.34.0.
        return FindValue(root, value => value == written
            || (value.Contains('.') && written.StartsWith(value + ".", StringComparison.Ordinal)), key);
    }

    /// <summary>The first position of a value: for all clusters, for a group or for one cluster.</summary>
    internal static Position FindValue(Mapping root, Func<string, bool> matches, params ReadOnlySpan<string> key)
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
