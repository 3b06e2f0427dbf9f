using System.Globalization;
using Microsoft.Extensions.Logging;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Cluster;

/// <summary>Writes Events, at most a few each second: they inform, and must never be why the API server is busy.</summary>
public sealed class EventRecorder(KubernetesClient client, string instance, TimeProvider time, ILogger log)
{
    private const string Component = "dns-health-controller";
    private const double PerSecond = 5;
    private const double Burst = 50;

    private readonly Lock _lock = new();
    private double _tokens = Burst;
    private long _filledAt = time.GetTimestamp();
    private long _number;

    public async Task WriteAsync(ObjectReference about, bool warning, string reason, string message, CancellationToken cancellationToken)
    {
        if (!Take())
        {
            return;
        }

        var now = time.GetUtcNow();
        var suffix = string.Create(CultureInfo.InvariantCulture, $"{now.UtcTicks:x}{Interlocked.Increment(ref _number):x}");
        var name = $"{about.Name}.{suffix}";
        var body = new Event
        {
            Metadata = new ObjectMeta { Name = name, Namespace = about.Namespace },
            InvolvedObject = about,
            Type = warning ? "Warning" : "Normal",
            Reason = reason,
            Message = message.Length <= 1024 ? message : message[..1024],
            Action = reason,
            Count = 1,
            FirstTimestamp = now,
            LastTimestamp = now,
            EventTime = now,
            ReportingController = Component,
            ReportingInstance = instance,
        };
        try
        {
            await client.CreateAsync(Resources.Events, about.Namespace, body, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            Log.EventFailed(log, name, e.Message);
        }
    }

    private bool Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(Burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * PerSecond));
            _filledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
