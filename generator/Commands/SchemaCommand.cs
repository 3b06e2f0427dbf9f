using System.CommandLine;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>schema</c>: prints the JSON Schema of the definition.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Prints the JSON Schema of platform.yaml, for editors.");
        command.SetAction(result => result.InvocationConfiguration.Output.Write(SchemaText.Build()));
        return command;
    }
}
