using k8s;

namespace PlatformGitOps.Controller.Api;

/// <summary>
/// Writes Events at a limited rate: they are informative and must never overload the API server. Each namespace has its own lower limit, so
/// that the Events of one team do not suppress those of others.
/// </summary>
internal sealed class EventRecorder(ApiClient client, string instance, TimeProvider time, ILogger log)
{
    private const string Component = "dns-health-controller";
    private const int LongestMessage = 1024;
    private const int MostNamespaces = 1000;
    private static readonly (double Burst, double PerSecond) OfAll = (50, 5);
    private static readonly (double Burst, double PerSecond) OfNamespace = (20, 1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Left, TimeSpan At)> _tokens = new(StringComparer.Ordinal);
    private readonly long _origin = time.GetTimestamp();
    private long _number;

    /// <summary>False if the API server did not take it; null if too many Events were written lately.</summary>
    public async Task<bool?> WriteAsync(
        V1ObjectReference about, bool warning, string reason, string message, CancellationToken cancellationToken)
    {
        if (!TakeToken(about.NamespaceProperty))
        {
            return null;
        }

        var now = time.GetUtcNow().UtcDateTime;
        var suffix = $"{now.Ticks:x}{Interlocked.Increment(ref _number):x}";
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
            return true;
        }
        catch (Exception e)
        {
            // Nothing waits for an Event, so its failure is only logged.
            Log.EventFailed(log, name, e.Message);
            return false;
        }
    }

    public static V1ObjectReference About(V1Service service) => About("Service", service.Metadata);

    public static V1ObjectReference About(V1Pod pod) => About("Pod", pod.Metadata);

    public static V1ObjectReference About(V1EndpointSlice slice) => About("EndpointSlice", slice.Metadata, "discovery.k8s.io/v1");

    private static V1ObjectReference About(string kind, V1ObjectMeta meta, string api = "v1") =>
        new() { ApiVersion = api, Kind = kind, NamespaceProperty = meta.NamespaceProperty, Name = meta.Name, Uid = meta.Uid };

    private bool TakeToken(string ns)
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_origin);
            var (all, own) = (Left("", OfAll, now), Left(ns, OfNamespace, now));
            if (all < 1 || own < 1)
            {
                return false;
            }

            if (_tokens.Count > MostNamespaces)
            {
                _tokens.Clear();
            }

            _tokens[""] = (all - 1, now);
            _tokens[ns] = (own - 1, now);
            return true;
        }
    }

    private double Left(string key, (double Burst, double PerSecond) limit, TimeSpan now) => _tokens.TryGetValue(key, out var bucket)
        ? Math.Min(limit.Burst, bucket.Left + ((now - bucket.At).TotalSeconds * limit.PerSecond))
        : limit.Burst;
}
