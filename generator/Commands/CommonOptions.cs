using System.CommandLine;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The options that every verb takes.</summary>
internal sealed record CommonOptions
{
    public Option<string> Definition { get; } = new("--definition", "-f")
    {
        Description = "The definition; the tree stands in its folder.",
        DefaultValueFactory = _ => "platform.yaml",
        Recursive = true,
    };

    public required TimeProvider Time { get; init; }

    public Workplace Workplace(ParseResult result) => new()
    {
        DefinitionPath = result.GetValue(Definition)!,
        Output = result.InvocationConfiguration.Output,
        Error = result.InvocationConfiguration.Error,
        Time = Time,
    };
}
