using System.CommandLine;
using System.Text.Json;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>accept</c>: runs the acceptance suite, a separate tool, with the definition of this command.</summary>
internal static class AcceptCommand
{
    private const string Manifest = ".config/dotnet-tools.json";

    private static readonly Tool Suite = new(
        "platform-gitops-acceptance",
        "Write it into the tool manifest (dotnet tool install platform-gitops-acceptance), or install it with --global.");

    private static readonly Tool Dotnet = new("dotnet", "Install the .NET 10 SDK (https://dotnet.microsoft.com/download).");

    public static Command Create(TreeOptions tree)
    {
        var command = new Command(
            "accept",
            "Runs the acceptance suite against the clusters of platform.yaml, and writes a report to artifacts/acceptance/. Its own "
            + "options follow, such as --cluster none or --context infra=my-cluster.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((result, cancellationToken) => RunAsync(tree.Context(result), result.UnmatchedTokens, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        if (Find(context.Root, Environment.GetEnvironmentVariable("PATH")) is not var (file, first))
        {
            context.Error.WriteLine($"The acceptance suite is not installed here. {Suite.HowToGet}");
            return ExitCode.Unusable;
        }

        return await ToolProcess.FollowAsync(
            file, [.. first, "--definition", Path.GetFullPath(context.DefinitionPath), .. options], context.Output.WriteLine,
            context.Error.WriteLine, cancellationToken);
    }

    /// <summary>
    /// The program and its first arguments: from the nearest tool manifest, else from the search path; null if neither has it.
    /// </summary>
    internal static (string File, string[] First)? Find(string folder, string? searchPath)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (Names(Path.Combine(at.FullName, Manifest)) && Dotnet.Find(searchPath) is { } dotnet)
            {
                return (dotnet, ["tool", "run", Suite.Name, "--"]);
            }
        }

        return Suite.Find(searchPath) is { } file ? (file, []) : null;
    }

    private static bool Names(string manifest)
    {
        try
        {
            return File.Exists(manifest) && JsonDocument.Parse(File.ReadAllText(manifest)).RootElement
                .TryGetProperty("tools", out var tools) && tools.TryGetProperty(Suite.Name, out _);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // dotnet cannot read this manifest either.
            return false;
        }
    }
}
