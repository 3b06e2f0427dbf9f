namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>The repository under test: this checkout, or the folder in which the packed suite was started.</summary>
public static class Repository
{
    /// <summary>The files of this repository in the packed suite (acceptance/Tool); a checkout uses the files themselves.</summary>
    private static readonly string Packed = Path.Combine(AppContext.BaseDirectory, "product");

    /// <summary>True if the suite runs as a tool, outside of this repository.</summary>
    public static bool IsPacked { get; } = Directory.Exists(Packed);

    /// <summary>The folder of the definition and of the evidence.</summary>
    public static string Root { get; } = IsPacked ? Directory.GetCurrentDirectory() : FindRoot();

    /// <summary>The suite's own documents and fixtures.</summary>
    public static string Product { get; } = IsPacked ? Packed : Root;

    // Lazy: the tool sets the settings after it has read their names.
    private static readonly Lazy<string> Definition = new(() =>
        Path.GetFullPath(SettingSource.Setting("definition") ?? "platform.yaml", Root));

    /// <summary>The definition's path: from the setting, by default platform.yaml.</summary>
    public static string DefinitionFile => Definition.Value;

    // Lazy: a report of an earlier run needs no definition.
    private static readonly Lazy<DefinedTree> OnDisk = new(() => DefinedTree.OnDisk(DefinitionFile));

    // Without what the definition does not have: tests must exist, so that the run can fail for it (SuiteSettings.Current).
    private static readonly Lazy<IReadOnlyList<string>> Checked = new(() =>
    [
        .. SuiteSettings.Chosen(SettingSource.Setting("clusters"), Tree.Clusters).Intersect(Tree.Clusters)
            .DefaultIfEmpty(Tree.Clusters[0]),
    ]);

    /// <summary>The tree under test.</summary>
    public static DefinedTree Tree => OnDisk.Value;

    public static Platform Platform => Tree.Platform;

    /// <summary>The names of the clusters under test: from the setting "clusters", by default all of the definition.</summary>
    public static IReadOnlyList<string> Roles => Checked.Value;

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
