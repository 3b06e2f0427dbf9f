using System.Diagnostics;
using CliWrap;
using CliWrap.Buffered;

namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>The program in its own process: two words, the runtime with the assembly, or env with the published program.</summary>
internal static class GeneratorProcess
{
    /// <summary>The native program in PLATFORM_GITOPS; null for the assembly that was built with the tests.</summary>
    public static string? Published { get; } = Environment.GetEnvironmentVariable("PLATFORM_GITOPS") is { Length: > 0 } program
        ? System.IO.File.Exists(program) ? Path.GetFullPath(program)
            : throw new FileNotFoundException($"PLATFORM_GITOPS names '{program}', which is not there; publish the generator.")
        : null;

    public static string Assembly => Published ?? typeof(Tree).Assembly.Location;

    /// <summary>The runtime that runs the tests, or the one on the PATH if the tests have their own host.</summary>
    public static string Runtime => Published is not null ? "/usr/bin/env"
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    /// <summary>For a test that ends the process itself.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo(Runtime, [Assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Runs the program in a folder until it ends.</summary>
    public static Task<Verb> RunIn(string folder, IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        RunFile(Runtime, [Assembly, .. arguments], folder, variables);

    /// <summary>Runs a program that starts this one, such as a shell, until it ends.</summary>
    public static async Task<Verb> RunFile(
        string file, IEnumerable<string> arguments, string folder = "", IReadOnlyDictionary<string, string?>? variables = null)
    {
        var ended = await Cli.Wrap(file).WithArguments(arguments).WithWorkingDirectory(folder)
            .WithEnvironmentVariables(variables ?? new Dictionary<string, string?>())
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        return new Verb(ended.ExitCode, ended.StandardOutput, ended.StandardError);
    }
}
