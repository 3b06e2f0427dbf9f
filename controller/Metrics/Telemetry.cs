namespace PlatformGitOps.Controller.Metrics;

/// <summary>What an instance tells of its work.</summary>
/// <param name="Metrics">What is counted.</param>
/// <param name="Events">Null in a dry run.</param>
/// <param name="Log">The log.</param>
internal sealed record Telemetry(ControllerMetrics Metrics, EventRecorder? Events, ILogger Log)
{
    /// <summary>Names the shard where there are several.</summary>
    public (string Name, string Value)[] Labels { get; init; } = [];

    /// <summary>Begins to write an Event of a Service; nothing waits for it.</summary>
    public void Warn(V1Service service, string reason, string message) => Record(EventRecorder.About(service), true, reason, message);

    /// <summary>Begins to write an Event; nothing waits for it.</summary>
    public void Record(V1ObjectReference about, bool warning, string reason, string message) =>
        _ = Events?.WriteAsync(about, warning, reason, message, CancellationToken.None);
}
