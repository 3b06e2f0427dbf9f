using System.Diagnostics;

namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>The program in a process of its own: two words, the runtime with the assembly, or env with the published program.</summary>
internal static class GeneratorProcess
{
    /// <summary>The native program that PLATFORM_GITOPS names; null for the assembly that was built with the tests.</summary>
    public static string? Published { get; } = Environment.GetEnvironmentVariable("PLATFORM_GITOPS") is { Length: > 0 } program
        ? System.IO.File.Exists(program) ? Path.GetFullPath(program)
            : throw new FileNotFoundException($"PLATFORM_GITOPS names '{program}', which is not there; publish the generator.")
        : null;

    public static string Assembly => Published ?? typeof(Tree).Assembly.Location;

    /// <summary>The runtime that runs the tests, or the one on the PATH where they have a host of their own.</summary>
    public static string Runtime => Published is not null ? "/usr/bin/env"
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    public static Process Start(params string[] arguments) => StartFile(Runtime, [Assembly, .. arguments]);

    public static Process StartFile(string file, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
