using System.CommandLine;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>schema</c> and <c>init</c>: print a text that is always the same.</summary>
internal static class TextCommands
{
    public static Command Schema() => Print("schema", "Prints the JSON Schema of platform.yaml, for editors.", SchemaText.Build);

    public static Command Init() => Print("init", "Prints a commented platform.yaml for a start.", () => StarterDefinition.Text);

    private static Command Print(string name, string description, Func<string> text)
    {
        var command = new Command(name, description);
        command.SetAction(result => result.InvocationConfiguration.Output.Write(text()));
        return command;
    }
}
