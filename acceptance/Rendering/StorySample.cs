namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>
/// The definition of the story, for tests of the suite itself. They do not read platform.yaml, which its owner changes.
/// </summary>
internal static class StorySample
{
    public const string Cluster = "infra";

    public static string Folder { get; } = Path.Combine(Repository.Product, "acceptance", "fixtures");

    public static DefinedTree Tree { get; } = DefinedTree.Generated(
        DefinedTree.Read(Path.Combine(Folder, "sample.yaml")), File.ReadAllText(Path.Combine(Folder, "version-drift.md")));

    private static readonly Lazy<DefinedTree> OnHosts = new(() => DefinedTree.Generated(DefinedTree.Read(Definition("substrate")), null));

    /// <summary>With a substrate of each kind of server: that of the cluster knot has the hosts of Kubernetes too.</summary>
    public static DefinedTree Substrates => OnHosts.Value;

    /// <summary>The file of another definition.</summary>
    public static string Definition(string name) => Path.Combine(Folder, "definitions", $"{name}.yaml");
}
