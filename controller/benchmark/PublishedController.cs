using System.Diagnostics;
using System.Globalization;

namespace PlatformGitOps.Controller.Benchmark;

/// <summary>A published controller that runs on one core.</summary>
internal sealed class PublishedController : IAsyncDisposable
{
    private const int FirstPort = 18080;

    private readonly Process _process;
    private readonly Uri _metrics;

    public PublishedController(string controller, string kubeconfig, string config, int index, int core, bool dryRun)
    {
        _metrics = new Uri($"http://127.0.0.1:{FirstPort + index}/metrics");
        var start = new ProcessStartInfo("taskset")
        {
            ArgumentList =
            {
                "-c", core.ToString(CultureInfo.InvariantCulture), controller, "run",
                "--kubeconfig", kubeconfig, "--config", config, "--port", _metrics.Port.ToString(CultureInfo.InvariantCulture),
            },
            Environment = { ["POD_NAME"] = $"benchmark-{index}" },
            RedirectStandardOutput = true,
        };
        if (dryRun)
        {
            start.ArgumentList.Add("--dry-run");
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("the controller did not start");
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
    }

    public int Id => _process.Id;

    public async Task<MetricsSample> ReadAsync(HttpClient http, TimeProvider time, CancellationToken cancellationToken) =>
        new(await http.GetStringAsync(_metrics, cancellationToken), time.GetTimestamp());

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
