namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>A whole number.</summary>
public sealed record NumberShape(int Minimum, int Maximum) : Shape
{
    /// <summary>For what is below the minimum, where there is more to say than the range.</summary>
    public Fault? Below { get; init; }
}
