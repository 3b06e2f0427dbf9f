namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>A key of a mapping.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Shape">What it holds.</param>
/// <param name="Description">One sentence for editors and for the reference.</param>
public sealed record Key(string Name, Shape Shape, string Description)
{
    /// <summary>What holds where the key is missing; null where nothing does, or where it depends on other keys.</summary>
    public string? Default { get; init; }

    public bool Required { get; init; }
}
