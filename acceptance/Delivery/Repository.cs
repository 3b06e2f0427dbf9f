using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The checkout whose tree is accepted.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The tree that is accepted: of platform.yaml, or of the definition that the setting names.</summary>
    public static DefinedTree Tree { get; } = DefinedTree.OnDisk(
        Environment.GetEnvironmentVariable("ACCEPTANCE_DEFINITION") is { Length: > 0 } named
            ? Path.GetFullPath(named, Root)
            : Path.Combine(Root, "platform.yaml"));

    public static Platform Platform => Tree.Platform;

    /// <summary>The clusters' names in the definition.</summary>
    public static IReadOnlyList<string> Roles => Tree.Clusters;

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "platform-gitops.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException($"no platform-gitops.sln above {AppContext.BaseDirectory}");
    }
}
