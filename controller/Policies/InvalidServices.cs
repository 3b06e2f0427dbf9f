using k8s.Models;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Policies;

/// <summary>
/// Services with an invalid configuration: each change of their problems is logged once and, by the leader, recorded as an Event.
/// </summary>
internal sealed class InvalidServices(EventRecorder? recorder, ControllerMetrics metrics, ILogger log)
{
    private readonly Dictionary<ObjectName, string> _problems = [];

    public void Set(V1Service service, IReadOnlyList<string> problems, bool leading)
    {
        var (name, text) = (service.FullName(), string.Join("; ", problems));
        if (_problems.GetValueOrDefault(name) == text)
        {
            return;
        }

        _problems[name] = text;
        metrics.InvalidServices.Set(_problems.Count);
        Log.InvalidService(log, name, text);
        if (leading)
        {
            _ = recorder?.WriteAsync(EventRecorder.About(service), true, "InvalidHealthCheck", text, CancellationToken.None);
        }
    }

    public void Clear(ObjectName service)
    {
        _problems.Remove(service);
        metrics.InvalidServices.Set(_problems.Count);
    }
}
