using PlatformGitOps.Controller.Hosting;

namespace PlatformGitOps.Controller.Tests;

/// <summary>A running controller.</summary>
internal sealed class RunningController : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public RunningController(ControllerHost host)
    {
        Host = host;
        _running = Task.Run(() => host.RunAsync(_stop.Token));
    }

    public ControllerHost Host { get; }

    public Task Running => _running;

    /// <summary>What SIGTERM does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Host.Dispose();
        _stop.Dispose();
    }
}
