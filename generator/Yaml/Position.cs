namespace PlatformGitOps.Generator.Yaml;

/// <summary>Where a node begins in its file; both counts start at 1, as editors show them.</summary>
public readonly record struct Position(int Line, int Column)
{
    /// <summary>A node that was made by the generator, not read from a file.</summary>
    public static readonly Position None = new(0, 0);

    public override string ToString() => $"{Line}:{Column}";
}
