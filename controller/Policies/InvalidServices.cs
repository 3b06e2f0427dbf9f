using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Policies;

/// <summary>
/// Services with an invalid configuration: each change of their problems is logged once and, by the leader, recorded as an Event. Whoever
/// begins to lead records those that were found before.
/// </summary>
internal sealed class InvalidServices(EventRecorder? recorder, ControllerMetrics metrics, (string Name, string Value)[] labels, ILogger log)
{
    private readonly Dictionary<ObjectName, (V1Service Service, string Problems)> _problems = [];

    public void Set(V1Service service, IReadOnlyList<string> problems, bool leading)
    {
        var (name, text) = (service.FullName(), string.Join("; ", problems));
        if (_problems.GetValueOrDefault(name).Problems == text)
        {
            return;
        }

        _problems[name] = (service, text);
        metrics.InvalidServices.Set(_problems.Count, labels);
        Log.InvalidService(log, name, text);
        if (leading)
        {
            Record(service, text);
        }
    }

    public void Clear(ObjectName service)
    {
        _problems.Remove(service);
        metrics.InvalidServices.Set(_problems.Count, labels);
    }

    public void RecordAll()
    {
        foreach (var (service, problems) in _problems.Values)
        {
            Record(service, problems);
        }
    }

    private void Record(V1Service service, string problems) =>
        _ = recorder?.WriteAsync(EventRecorder.About(service), true, "InvalidHealthCheck", problems, CancellationToken.None);
}
