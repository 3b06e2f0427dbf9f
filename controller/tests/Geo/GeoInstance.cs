namespace PlatformGitOps.Controller.Tests.Geo;

/// <summary>A running instance, and the folder for its CoreDNS.</summary>
internal sealed class GeoInstance : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _task;
    private readonly string _folder;
    private bool _stopped;

    public GeoInstance(GeoHost host, string folder)
    {
        (Host, _folder) = (host, folder);
        _task = Task.Run(() => host.RunAsync(_stop.Token));
    }

    public GeoHost Host { get; }

    public string? Read(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllText(Path.Combine(_folder, file)) : null;

    public void RepairFolder() => File.Delete(_folder);

    /// <summary>The addresses of the name in a view's file; null if there are none.</summary>
    public string? Answers(string view) => Read($"{view}.zone")?.Split('\n')
        .Where(line => line.StartsWith($"api.{GeoExample.Zone}. ", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[^1]).ToArray() is { Length: > 0 } found ? string.Join(' ', found) : null;

    public async ValueTask DisposeAsync() => await StopAsync();

    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _stop.CancelAsync();
        await _task;
        Host.Dispose();
        _stop.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }
}

/// <summary>Requests that get no answer.</summary>
internal sealed class HeldRequests
{
    public int Begun;
    public int Ended;
}
