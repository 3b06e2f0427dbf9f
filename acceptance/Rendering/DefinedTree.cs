using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>A tree with the definition that it was generated from.</summary>
/// <param name="VersionDrift">The drift report beside it (docs/version-drift.md); null where it has none.</param>
public sealed record DefinedTree(Platform Platform, SourceTree Source, string? VersionDrift)
{
    private readonly ConcurrentDictionary<(Feature Part, bool Hosts), Lazy<DefinedTree>> others = new();

    public IReadOnlyList<string> Clusters => [.. Platform.Clusters.Select(cluster => cluster.Name.Text)];

    public static DefinedTree Generated(Platform platform, string? versionDrift) =>
        new(platform, SourceTree.Of(Files(platform, Path.GetDirectoryName(Repository.DefinitionFile)!)), versionDrift);

    /// <summary>An overlay may name files of another folder beside it. What a link leads to is not in the repository.</summary>
    private static readonly EnumerationOptions Overlays = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>What the repository has: the generated files, and the users' overlays as they are on disk.</summary>
    /// <param name="folder">Where the overlays are: the folder of the definition.</param>
    public static IReadOnlyList<GeneratedFile> Files(Platform platform, string folder) =>
    [
        .. Tree.Build(platform),
        .. (platform.Clusters.Any(cluster => cluster.HasOverlay)
                ? Directory.EnumerateFiles(Path.Combine(folder, Layout.Overlays), "*", Overlays) : [])
            .Order(StringComparer.Ordinal)
            .Select(file => new GeneratedFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllText(file))),
    ];

    /// <summary>The tree as it is on disk, manual edits included, or as it is generated where no file is there yet.</summary>
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
        PlatformReading.Invalid invalid => throw new InvalidDataException(
            $"{definition}: {string.Join('\n', invalid.Findings.Select(finding => finding.Message))}"),
        _ => throw new InvalidDataException(definition),
    };

    /// <summary>The tree that a check can be run on.</summary>
    public DefinedTree For(Check check) => With(check.Criterion.SwitchesOn, check.Line.Needs == Feature.Substrate);

    /// <summary>The same with a part that is off by default in every cluster.</summary>
    /// <param name="hosts">Whether every cluster names the substrate of the fixture too.</param>
    public DefinedTree With(Feature feature, bool hosts = false)
    {
        var part = OptionalPart.Of(feature);
        return part is null && !hosts ? this : others.GetOrAdd((feature, hosts), _ => new Lazy<DefinedTree>(() =>
        {
            var platform = hosts ? WithHosts(Platform) : Platform;
            return Generated(part?.Switched(platform) ?? platform, VersionDrift);
        })).Value;
    }

    /// <summary>The same with the substrate of the fixture in every cluster.</summary>
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

    /// <summary>The same definition with a change of every cluster.</summary>
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

    /// <summary>A cluster's overlay of one file, in a folder of its own that goes with it.</summary>
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
