namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The repository whose tree is accepted: this checkout, or the folder in which the packed suite was started.</summary>
public static class Repository
{
    /// <summary>What the packed suite carries of this repository (acceptance/Tool); a checkout has the files themselves.</summary>
    private static readonly string Packed = Path.Combine(AppContext.BaseDirectory, "product");

    /// <summary>Whether the suite runs as a tool, outside of this repository.</summary>
    public static bool IsPacked { get; } = Directory.Exists(Packed);

    /// <summary>Where the definition is, and where the evidence goes.</summary>
    public static string Root { get; } = IsPacked ? Directory.GetCurrentDirectory() : FindRoot();

    /// <summary>The suite's own documents and fixtures.</summary>
    public static string Product { get; } = IsPacked ? Packed : Root;

    /// <summary>The definition: the setting of this name, by default platform.yaml.</summary>
    public static string DefinitionFile { get; } = Path.GetFullPath(Ambient.Setting("definition") ?? "platform.yaml", Root);

    // Not before something asks for it: a report of an earlier run needs no definition.
    private static readonly Lazy<DefinedTree> OnDisk = new(() => DefinedTree.OnDisk(DefinitionFile));

    private static readonly Lazy<IReadOnlyList<string>> Checked = new(() => Chosen(Ambient.Setting("clusters"), Tree.Clusters));

    /// <summary>The tree that is accepted.</summary>
    public static DefinedTree Tree => OnDisk.Value;

    public static Platform Platform => Tree.Platform;

    /// <summary>The names of the clusters that are checked: those of the setting clusters, by default all of the definition.</summary>
    public static IReadOnlyList<string> Roles => Checked.Value;

    internal static IReadOnlyList<string> Chosen(string? setting, IReadOnlyList<string> defined)
    {
        var chosen = setting?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [.. defined];
        return chosen.Except(defined)
            .FirstOrDefault() is { } unknown ? throw new SettingException("clusters", unknown, string.Join(", ", defined)) : chosen;
    }

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
