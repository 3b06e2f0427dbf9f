using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Policies;

/// <summary>
/// Services with an invalid configuration. Each change of their problems is logged once, and the leader writes an Event. A new leader
/// writes Events for earlier ones.
/// </summary>
internal sealed class InvalidServices(Telemetry telemetry)
{
    private const string Reason = "InvalidHealthCheck";

    private readonly Dictionary<ObjectName, (V1Service Service, string Problems)> _problems = [];

    public void Set(V1Service service, IReadOnlyList<string> problems, bool leading)
    {
        var (name, text) = (service.FullName(), string.Join("; ", problems));
        if (problems.Count == 0)
        {
            Clear(name);
            return;
        }

        if (_problems.GetValueOrDefault(name).Problems == text)
        {
            return;
        }

        _problems[name] = (service, text);
        telemetry.Metrics.InvalidServices.Set(_problems.Count, telemetry.Labels);
        Log.InvalidService(telemetry.Log, name, text);
        if (leading)
        {
            telemetry.Warn(service, Reason, text);
        }
    }

    public void Clear(ObjectName service)
    {
        _problems.Remove(service);
        telemetry.Metrics.InvalidServices.Set(_problems.Count, telemetry.Labels);
    }

    public void RecordAll()
    {
        foreach (var (service, problems) in _problems.Values)
        {
            telemetry.Warn(service, Reason, problems);
        }
    }
}
