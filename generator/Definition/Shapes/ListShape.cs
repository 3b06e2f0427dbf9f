namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>A list.</summary>
/// <param name="Item">What each entry is.</param>
/// <param name="Minimum">The fewest entries.</param>
/// <param name="Maximum">The most entries.</param>
public sealed record ListShape(Shape Item, int Minimum, int Maximum) : Shape
{
    /// <summary>The finding's rule for too few or too many.</summary>
    public required string CountRule { get; init; }
}
