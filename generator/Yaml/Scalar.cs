namespace PlatformGitOps.Generator.Yaml;

/// <summary>A scalar as text.</summary>
/// <param name="Value">The text without quotes.</param>
public sealed record Scalar(string Value) : Node
{
    /// <summary>An explicit null: Helm removes a chart's default value where it finds one.</summary>
    public static readonly Scalar Null = new("null");

    /// <summary>True when a reader must get a string: it is quoted where a plain scalar would read as a number, a boolean or null.</summary>
    public bool IsText { get; init; }

    /// <summary>
    /// A Flux substitution that stands unquoted, so that the substituted text decides the type: <c>${NAME}</c>.
    /// </summary>
    public static Scalar Variable(string name) => new("${" + name + "}");
}
