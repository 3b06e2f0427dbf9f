using System.Diagnostics;
using System.Text.Json;

namespace PlatformGitOps.Prober.Tests;

/// <summary>The prober as a separate process, started like in a container.</summary>
internal sealed class RunningProber : IAsyncDisposable
{
    private readonly Process process;

    private RunningProber(Process process) => this.process = process;

    public static RunningProber Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "prober.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        return new RunningProber(Process.Start(start)!);
    }

    /// <summary>Runs to the end; returns the lines of standard output as JSON.</summary>
    public static async Task<(int ExitCode, JsonElement[] Lines, string Error)> RunAsync(params string[] arguments)
    {
        await using var prober = Start(arguments);
        var error = prober.process.StandardError.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
        var lines = await prober.RestAsync();
        return (await prober.ExitCodeAsync(), lines, await error);
    }

    public async Task<JsonElement> NextLineAsync() =>
        Json(await process.StandardOutput.ReadLineAsync(TestContext.CurrentContext.CancellationToken)
            ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync()));

    public async Task<JsonElement[]> RestAsync() =>
        [.. (await process.StandardOutput.ReadToEndAsync(TestContext.CurrentContext.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{')).Select(Json)];

    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync(TestContext.CurrentContext.CancellationToken);
        return process.ExitCode;
    }

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;
}
