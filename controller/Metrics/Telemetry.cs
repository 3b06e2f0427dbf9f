namespace PlatformGitOps.Controller.Metrics;

/// <summary>Metrics, Events and log of an instance.</summary>
/// <param name="Metrics">The metrics.</param>
/// <param name="Events">The writer of Events; null in a dry run.</param>
/// <param name="Log">The log.</param>
internal sealed record Telemetry(ControllerMetrics Metrics, EventRecorder? Events, ILogger Log)
{
    /// <summary>The label with the shard, if there are several.</summary>
    public (string Name, string Value)[] Labels { get; init; } = [];

    /// <summary>Starts writing an Event about a Service; nothing waits for it.</summary>
    public void Warn(V1Service service, string reason, string message) => Record(EventRecorder.About(service), true, reason, message);

    /// <summary>Starts writing an Event; nothing waits for it.</summary>
    public void Record(V1ObjectReference about, bool warning, string reason, string message) =>
        _ = Events?.WriteAsync(about, warning, reason, message, CancellationToken.None);
}
