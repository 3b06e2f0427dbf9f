using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>A tree and its definition.</summary>
/// <param name="VersionDrift">The text of its drift report (docs/version-drift.md); null if absent.</param>
public sealed record DefinedTree(Platform Platform, SourceTree Source, string? VersionDrift)
{
    private readonly ConcurrentDictionary<(Feature Part, bool Hosts), Lazy<DefinedTree>> others = new();

    public IReadOnlyList<string> Clusters => [.. Platform.Clusters.Select(cluster => cluster.Name.Text)];

    public static DefinedTree Generated(Platform platform, string? versionDrift) =>
        new(platform, SourceTree.Of(Files(platform, Path.GetDirectoryName(Repository.DefinitionFile)!)), versionDrift);

    /// <summary>An overlay may use files of a neighbour folder. Targets of links are not in the repository.</summary>
    private static readonly EnumerationOptions Overlays = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>The files of the repository: the generated ones, and the users' overlays from disk.</summary>
    /// <param name="folder">The folder of the definition, which has the overlays.</param>
    public static IReadOnlyList<GeneratedFile> Files(Platform platform, string folder) =>
    [
        .. Tree.Build(platform),
        .. (platform.Clusters.Any(cluster => cluster.HasOverlay)
                ? Directory.EnumerateFiles(Path.Combine(folder, Layout.Overlays), "*", Overlays) : [])
            .Order(StringComparer.Ordinal)
            .Select(file => new GeneratedFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText(file))),
    ];

    /// <summary>The tree on disk, with its manual edits; the generated tree if none is on disk.</summary>
    public static DefinedTree OnDisk(string definition)
    {
        var platform = Read(definition);
        var folder = Path.GetDirectoryName(Path.GetFullPath(definition))!;
        var drift = Path.Combine(folder, "docs", "version-drift.md");
        var text = File.Exists(drift) ? File.ReadAllText(drift) : null;
        return Directory.Exists(Path.Combine(folder, "kubernetes")) ? new DefinedTree(platform, SourceTree.OnDisk(folder), text)
            : Generated(platform, text);
    }

    public static Platform Read(string definition) => PlatformFile.Read(definition) switch
    {
        PlatformReading.Valid valid => valid.Platform,
        PlatformReading.Invalid invalid => throw new InvalidDataException(string.Join('\n', invalid.Findings)),
        _ => throw new InvalidDataException(definition),
    };

    /// <summary>The tree for a check, with the feature that the check needs.</summary>
    public DefinedTree For(Check check) => With(check.Criterion.SwitchesOn, check.Line.Needs == Feature.Substrate);

    /// <summary>A copy with a feature in every cluster that is off by default.</summary>
    /// <param name="hosts">True to give every cluster the fixture's substrate too.</param>
    public DefinedTree With(Feature feature, bool hosts = false)
    {
        var part = OptionalFeature.Of(feature);
        return part is null && !hosts ? this : others.GetOrAdd((feature, hosts), _ => new Lazy<DefinedTree>(() =>
        {
            var platform = hosts ? WithHosts(Platform) : Platform;
            return Generated(part?.Enable(platform) ?? platform, VersionDrift);
        })).Value;
    }

    /// <summary>A copy with the fixture's substrate in every cluster.</summary>
    private static Platform WithHosts(Platform platform)
    {
        var substrates = StorySample.Substrates.Platform.Substrates;
        return platform.InEachCluster(cluster => cluster with { SubstrateName = substrates[0].Name, Substrate = substrates[0] }) with
        {
            Substrates = substrates,
        };
    }
}

internal static class ClustersOfPlatform
{
    public static Cluster ClusterNamed(this Platform platform, string name) =>
        platform.Clusters.Single(cluster => cluster.Name.Text == name);

    /// <summary>A copy of the definition with a change in every cluster.</summary>
    public static Platform InEachCluster(this Platform platform, Func<Cluster, Cluster> change) =>
        platform with { Clusters = [.. platform.Clusters.Select(change)] };
}

public sealed class DefinedTreeTests
{
    private const string Manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: of-the-user, namespace: kube-system }\n";

    [Test]
    public void An_overlay_belongs_to_the_tree_that_is_generated_for_a_check()
    {
        using var folder = new OverlayFolder(StorySample.Cluster, Manifest);
        var platform = StorySample.Tree.Platform.InEachCluster(
            cluster => cluster with { HasOverlay = cluster.Name.Text == StorySample.Cluster });

        Built(platform, [.. Tree.Build(platform)]).ShouldThrow<ShouldAssertException>().Message.ShouldContain("kubernetes/overlays");
        Built(platform, DefinedTree.Files(platform, folder.Root)).ShouldNotThrow();
    }

    private static Action Built(Platform platform, IReadOnlyList<GeneratedFile> files) =>
        () => RenderedCluster.From(new DefinedTree(platform, SourceTree.Of(files), null), StorySample.Cluster);

    /// <summary>A cluster's overlay with one file, in a temporary folder.</summary>
    private sealed class OverlayFolder : IDisposable
    {
        public OverlayFolder(string cluster, string text)
        {
            var overlay = Directory.CreateDirectory(Path.Combine(Root, Layout.OverlayFolder(cluster))).FullName;
            File.WriteAllText(Path.Combine(overlay, "object.yaml"), text);
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("overlay-").FullName;

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
