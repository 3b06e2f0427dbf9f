using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>The config file is invalid; contains all problems with file and line.</summary>
public sealed class ConfigException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>Collects the problems of a config file.</summary>
internal sealed class ConfigProblems(string file)
{
    private const int LongestValue = 64;

    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    /// <param name="at">The place in the file; null for a missing key.</param>
    /// <param name="text">What is wrong and what to do.</param>
    public void Add(YamlNode? at, string text) => _found.Add(at is null ? $"{file}: {text}" : $"{file}:{at.Start.Line}: {text}");

    /// <summary>The value of a node in a message.</summary>
    public static string Quote(YamlNode value) => value switch
    {
        YamlScalarNode { Value: null or "" } => "no value",
        YamlScalarNode { Value: { } text } => $"'{(text.Length <= LongestValue ? text : text[..LongestValue] + "...")}'",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };
}
