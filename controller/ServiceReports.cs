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
                _invalid.Clear(service.Name);
                Begin(service, role);
                Log.Managed(telemetry.Log, service.Name, service.Endpoints.Count);
                break;
            case StoreChange.Released { Service: var service }:
                telemetry.Metrics.Forget(service.Labels);
                Log.Released(telemetry.Log, service.Name);
                break;
            case StoreChange.Invalid { Service: var service, Problems: var problems }:
                _invalid.Set(service, problems, leading);
                break;
            case StoreChange.NotEnabled { Service: var name }:
                _invalid.Clear(name);
                break;
        }
    }

    /// <summary>A write ended and counted its result.</summary>
    /// <param name="service">The Service of its metrics.</param>
    /// <param name="isManaged">True if the Service has health checks.</param>
    /// <param name="outcome">The result.</param>
    /// <param name="role">The present role.</param>
    public void Observe(V1Service service, bool isManaged, ApplyOutcome outcome, Role role)
    {
        _foreign.Observe(service, outcome, role == Role.Leader);
        if (!isManaged || role == Role.Standby)
        {
            // A series ends with the health checks of its Service, and another instance exports those of a standby.
            telemetry.Metrics.Forget(ManagedService.LabelsOf(service.FullName()));
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
