namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>A text with a form.</summary>
/// <param name="Example">A text that passes, for findings about another type.</param>
/// <param name="Check">Null for a good text, else what is wrong.</param>
public sealed record TextShape(string Example, Func<string, Fault?> Check) : Shape
{
    /// <summary>An ECMAScript regular expression for editors; it may let through what <see cref="Check"/> refuses, never the reverse.</summary>
    public required string Pattern { get; init; }

    /// <summary>Also a plain number, as in <c>cpu: 2</c>.</summary>
    public bool Numbers { get; init; }

    /// <summary>A regular expression: its <c>$</c> is no variable of Flux.</summary>
    public bool Dollar { get; init; }
}
