namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Runs the generator as a separate process: its commands find kubectl and kdig on the search path.</summary>
internal static class GeneratorProgram
{
    private static readonly string File =
        Path.Combine(Repository.Root, "artifacts", "bin", "Generator", "debug", "PlatformGitOps.Generator.dll");

    /// <param name="folder">A folder with <c>platform.yaml</c>, and with programs that precede the search path.</param>
    public static async Task<BufferedCommandResult> Run(string folder, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        Assume.That(System.IO.File.Exists(File), $"{File} is not built");
        var run = await LocalProgram.Run(
            "dotnet", [File, .. arguments, "-f", Path.Combine(folder, "platform.yaml")], cancellationToken,
            new Dictionary<string, string?> { ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" });
        TestContext.Out.WriteLine($"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.StandardOutput}{run.StandardError}");
        return run;
    }
}
