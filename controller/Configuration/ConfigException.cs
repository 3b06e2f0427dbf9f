namespace PlatformGitOps.Controller.Configuration;

/// <summary>The config file cannot be used; every problem in it, with its line.</summary>
public sealed class ConfigException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
