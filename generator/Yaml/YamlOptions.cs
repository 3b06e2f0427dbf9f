namespace PlatformGitOps.Generator.Yaml;

/// <summary>What a YAML text may hold. The defaults suit a file that a person writes.</summary>
public sealed record YamlOptions
{
    public static readonly YamlOptions Default = new();

    /// <summary>For files of the tree: several documents, and tabs where YAML itself has nothing against them.</summary>
    public static readonly YamlOptions Tree = new() { SeveralDocuments = true, Tabs = true, MaximumBytes = 16 << 20 };

    /// <summary>A larger text is refused before it is parsed. A thousand clusters with every key written take one megabyte.</summary>
    public int MaximumBytes { get; init; } = 4 << 20;

    /// <summary>How many mappings and sequences may stand inside each other.</summary>
    public int MaximumDepth { get; init; } = 64;

    /// <summary>Reading stops here: a text with more faults than this is no YAML that anybody meant.</summary>
    public int MaximumFindings { get; init; } = 100;

    public bool SeveralDocuments { get; init; }

    /// <summary>Whether a line may begin with a tab, as the text of a block scalar may.</summary>
    public bool Tabs { get; init; }
}
