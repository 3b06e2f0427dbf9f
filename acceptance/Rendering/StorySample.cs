namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>The story's definition, for tests of the suite itself: they do not read platform.yaml, which users change.</summary>
internal static class StorySample
{
    public const string Cluster = "infra";

    public static string Folder { get; } = Path.Combine(Repository.Product, "acceptance", "fixtures");

    public static DefinedTree Tree { get; } = DefinedTree.Generated(
        DefinedTree.Read(Path.Combine(Folder, "sample.yaml")), File.ReadAllText(Path.Combine(Folder, "version-drift.md")));

    private static readonly Lazy<DefinedTree> OnHosts = new(() => DefinedTree.Generated(DefinedTree.Read(Definition("substrate")), null));

    /// <summary>With a substrate for each kind of server; the cluster knot has the hosts of Kubernetes too.</summary>
    public static DefinedTree Substrates => OnHosts.Value;

    /// <summary>The path of another definition.</summary>
    public static string Definition(string name) => Path.Combine(Folder, "definitions", $"{name}.yaml");
}
