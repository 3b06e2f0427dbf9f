using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller;

/// <summary>What operators see of the Services: their series, and problems with their configuration or slices.</summary>
internal sealed class ServiceReports(Telemetry telemetry)
{
    private readonly InvalidServices _invalid = new(telemetry);
    private readonly ForeignSlices _foreign = new(telemetry);

    public void Observe(StoreChange change, Role role)
    {
        var leading = role == Role.Leader;
        _foreign.Observe(change, leading);
        switch (change)
        {
            case StoreChange.Managed { Service: var service }:
                Begin(service, role);
                Log.Managed(telemetry.Log, service.Name, service.Endpoints.Count);
                break;
            case StoreChange.Released { Service: var service }:
                telemetry.Metrics.Forget(service.Labels);
                Log.Released(telemetry.Log, service.Name);
                break;
            case StoreChange.Invalid { Service: var service, Problems: var problems }:
                _invalid.Set(service, [.. problems, "the Service is ignored"], leading);
                break;
            case StoreChange.Tolerated { Service: var service }:
                _invalid.Set(service.Service, service.Problems, leading);
                break;
            case StoreChange.NotEnabled { Service: var name }:
                _invalid.Clear(name);
                break;
        }
    }

    /// <summary>A write ended. Without health checks its Service has no series, and another instance has those of a standby.</summary>
    public void Observe(EndpointWrite change, bool isManaged, ApplyOutcome outcome, Role role)
    {
        _foreign.Observe(change.Service, outcome, role == Role.Leader);
        if (isManaged && role != Role.Standby && (!change.IsRead || outcome is ApplyOutcome.Failed))
        {
            Count(change, outcome);
        }
    }

    public void ChangeRole(Role role, IReadOnlyCollection<ManagedService> services)
    {
        if (role == Role.Leader)
        {
            _invalid.RecordAll();
            _foreign.RecordAll();
        }

        foreach (var service in services)
        {
            Begin(service, role);
        }
    }

    private void Count(EndpointWrite change, ApplyOutcome outcome)
    {
        var labels = ManagedService.LabelsOf(change.Service.FullName());
        var result = outcome switch { ApplyOutcome.Done => "success", ApplyOutcome.Obsolete => "obsolete", _ => "failure" };
        telemetry.Metrics.Updates.Increment([.. labels, ("result", result)]);
        for (var part = outcome is ApplyOutcome.Done ? change : null; part is not null; part = part.Next)
        {
            var counted = part.Verdict switch
            {
                Verdict.Remove => telemetry.Metrics.Removed,
                Verdict.Restore => telemetry.Metrics.Added,
                _ => null,
            };
            counted?.Add(part.Endpoints.Count, labels);
        }
    }

    /// <summary>Only the leader exports the series of a Service.</summary>
    private void Begin(ManagedService service, Role role)
    {
        if (role == Role.Leader)
        {
            telemetry.Metrics.Begin(service.Labels);
        }
        else if (role == Role.Standby)
        {
            telemetry.Metrics.Forget(service.Labels);
        }
    }
}
