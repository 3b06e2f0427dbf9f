using System.Globalization;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>Measures the time from the start of the process to the first probe.</summary>
internal sealed class StartupBenchmark(Responder responder, string kubeconfig, int core, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A line for each start: program (0 or 1), milliseconds, and the peak resident memory in MiB.</summary>
    /// <param name="programs">Programs with their config files.</param>
    /// <param name="repetitions">The number of starts of each; they alternate.</param>
    public async IAsyncEnumerable<string> MeasureAsync((string Program, string Config)[] programs, int repetitions)
    {
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            foreach (var (index, (program, config)) in programs.Index())
            {
                var probed = responder.NextAsync();
                var started = time.GetTimestamp();
                await using var controller = new PublishedController(program, kubeconfig, config, 0, core, dryRun: true);
                var elapsed = time.GetElapsedTime(started, await probed.WaitAsync(Limit, time));
                var peak = await PeakAsync(controller.Id);
                yield return $"{index}\t{elapsed.TotalMilliseconds:0.0}\t{peak:0.0}";
            }
        }
    }

    private static async Task<double> PeakAsync(int process)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{process}/status");
        var peak = lines.First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return double.Parse(peak[1], CultureInfo.InvariantCulture) / 1024;
    }
}
