namespace PlatformGitOps.Generator.Disk;

/// <summary>The names of the files that the generator keeps for itself.</summary>
public static class OwnFiles
{
    /// <summary>Says which files the generator owns; committed together with them.</summary>
    public const string Lock = "kubernetes/.platform-gitops.lock";

    /// <summary>Held by the run that writes; only there while one runs, or after one was killed.</summary>
    public const string Busy = "kubernetes/.platform-gitops.busy";

    private const string Prefix = ".platform-gitops-";
    private const string Suffix = ".tmp";

    /// <summary>A new name for the temporary file that becomes another one.</summary>
    public static string NewTemporary() => $"{Prefix}{Guid.NewGuid():N}{Suffix}";

    /// <summary>True for a name that only <see cref="NewTemporary"/> gives.</summary>
    public static bool IsTemporary(string name) =>
        name.Length == Prefix.Length + 32 + Suffix.Length
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && name.EndsWith(Suffix, StringComparison.Ordinal)
        && Guid.TryParseExact(name.AsSpan(Prefix.Length, 32), "N", out _);

    /// <summary>True for every name that no generated file may have.</summary>
    public static bool IsOwn(string name) =>
        IsTemporary(name) || name is ".platform-gitops.lock" or ".platform-gitops.busy";
}
