using System.CommandLine;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The verbs that print a text which depends on nothing: <c>schema</c> and <c>init</c>.</summary>
internal static class TextCommands
{
    public static Command Schema() => Print("schema", "Prints the JSON Schema of platform.yaml, for editors.", SchemaText.Build);

    public static Command Init() => Print("init", "Prints a commented platform.yaml to start from.", () => StarterDefinition.Text);

    private static Command Print(string name, string description, Func<string> text)
    {
        var command = new Command(name, description);
        command.SetAction(result => result.InvocationConfiguration.Output.Write(text()));
        return command;
    }
}
