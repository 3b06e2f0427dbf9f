using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Acceptance.Rendering;

public sealed class DefinedTreeTests
{
    private const string Manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: of-the-user, namespace: kube-system }\n";

    [Test]
    public void An_overlay_belongs_to_the_tree_that_is_generated_for_a_check()
    {
        using var folder = new OverlayFolder(StorySample.Cluster, Manifest);
        var sample = StorySample.Tree.Platform;
        var platform = sample with
        {
            Clusters = [.. sample.Clusters.Select(cluster => cluster with { HasOverlay = cluster.Name.Text == StorySample.Cluster })],
        };

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
