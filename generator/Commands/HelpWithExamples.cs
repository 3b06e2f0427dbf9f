using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The library's help with examples below it.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    private const string Run = "dotnet run --project generator";

    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["generate"] = [Run, $"{Run} -- generate --force"],
        ["check"] = [$"{Run} -- check"],
        ["lint"] = [$"{Run} -- lint"],
        ["render"] = [$"{Run} -- render infra", $"{Run} -- render apps --helm"],
        ["plan"] = [$"{Run} -- plan", $"{Run} -- plan --against origin/main --allow-prune"],
        ["schema"] = [$"{Run} -- schema > docs/platform.schema.json"],
        ["graph"] = [$"{Run} -- graph"],
        ["init"] = [$"{Run} -- init > platform.yaml"],
    };

    public override bool Terminating => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        var name = parseResult.CommandResult.Command.Name;
        foreach (var example in Examples.TryGetValue(name, out var own) ? own : Examples.Values.SelectMany(all => all))
        {
            output.WriteLine("  " + example);
        }

        return code;
    }
}
