using System.Globalization;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace PlatformGitOps.Controller.Api;

/// <summary>Writes Events, at most a few each second: they inform, and must never be why the API server is busy.</summary>
internal sealed class EventRecorder(ApiClient client, string instance, TimeProvider time, ILogger log)
{
    private const string Component = "dns-health-controller";
    private const double PerSecond = 5;
    private const double Burst = 50;
    private const int LongestMessage = 1024;

    private readonly Lock _lock = new();
    private double _tokens = Burst;
    private long _filledAt = time.GetTimestamp();
    private long _number;

    public async Task WriteAsync(V1ObjectReference about, bool warning, string reason, string message, CancellationToken cancellationToken)
    {
        if (!TakeToken())
        {
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var suffix = string.Create(CultureInfo.InvariantCulture, $"{now.Ticks:x}{Interlocked.Increment(ref _number):x}");
        var name = $"{about.Name}.{suffix}";
        var body = new Corev1Event
        {
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = about.NamespaceProperty },
            InvolvedObject = about,
            Type = warning ? "Warning" : "Normal",
            Reason = reason,
            Message = message.Length <= LongestMessage ? message : message[..LongestMessage],
            Action = reason,
            Count = 1,
            FirstTimestamp = now,
            LastTimestamp = now,
            EventTime = now,
            ReportingComponent = Component,
            ReportingInstance = instance,
        };
        try
        {
            await client.CallAsync(
                (api, token) => api.CoreV1.CreateNamespacedEventAsync(body, about.NamespaceProperty, cancellationToken: token),
                cancellationToken);
        }
        catch (Exception e)
        {
            // The edge of an Event: nothing waits for it, so nothing may come of its failure but this line.
            Log.EventFailed(log, name, e.Message);
        }
    }

    public static V1ObjectReference About(V1Service service) => About("Service", service.Metadata);

    public static V1ObjectReference About(V1Pod pod) => About("Pod", pod.Metadata);

    private static V1ObjectReference About(string kind, V1ObjectMeta meta) =>
        new() { ApiVersion = "v1", Kind = kind, NamespaceProperty = meta.NamespaceProperty, Name = meta.Name, Uid = meta.Uid };

    private bool TakeToken()
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
