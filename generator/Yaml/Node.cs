namespace PlatformGitOps.Generator.Yaml;

/// <summary>A YAML value, read from a file (then it knows its position) or made to be written.</summary>
public abstract record Node
{
    public Position Position { get; init; } = Position.None;

    public static implicit operator Node(string text) => new Scalar(text) { IsText = true };

    public static implicit operator Node(int number) => new Scalar(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static implicit operator Node(bool value) => new Scalar(value ? "true" : "false");
}
