using System.Text;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The metrics of <c>geo</c>, besides those of the whole program. Alerts use the names.</summary>
internal sealed class GeoMetrics
{
    public Family Probes { get; } = new("dns_geo_probes_total", "counter", "Probes of addresses by result.");

    public Family Targets { get; } = new("dns_geo_targets", "gauge", "Addresses by region and verdict: healthy, unhealthy or unknown.");

    public Family Names { get; } = new("dns_geo_names", "gauge", "Names in the zone.");

    public Family FailOpen { get; } = new("dns_geo_fail_open_names", "gauge", "Names without a healthy address: all are answered.");

    public Family Invalid { get; } = new(
        "dns_geo_invalid_services", "gauge", "Services with invalid annotations, or with addresses that are not probed.");

    public Family Writes { get; } = new("dns_geo_zone_writes_total", "counter", "Writes of the zones to their ConfigMap by result.");

    public Family Files { get; } =
        new("dns_geo_zone_file_writes_total", "counter", "Writes of the zones to this instance's CoreDNS by result.");

    public Family Serial { get; } = new("dns_geo_zone_serial", "gauge", "The serial of the zones that this instance gave to CoreDNS.");

    public void Write(StringBuilder text)
    {
        foreach (var family in (Family[])[Probes, Targets, Names, FailOpen, Invalid, Writes, Files, Serial])
        {
            family.Write(text);
        }
    }
}

/// <summary>
/// Writes an Event for each new problem of a Service; one that could not be written is written with the next report. Not thread-safe.
/// </summary>
internal sealed class ServiceProblems(EventRecorder events, ILogger log)
{
    private readonly Dictionary<ObjectName, (string Text, bool Written)> _reported = [];

    /// <param name="problems">All current problems.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task ReportAsync(
        IReadOnlyCollection<(ObjectName Name, V1ObjectReference About, string Text)> problems, CancellationToken cancellationToken)
    {
        foreach (var gone in _reported.Keys.Except(problems.Select(item => item.Name)).ToArray())
        {
            _reported.Remove(gone);
        }

        foreach (var (name, about, text) in problems.Where(item => _reported.GetValueOrDefault(item.Name) != (item.Text, true)))
        {
            if (_reported.GetValueOrDefault(name).Text != text)
            {
                Log.GeoInvalid(log, name, text);
            }

            _reported[name] = (text, await events.WriteAsync(about, warning: true, "InvalidGeoRouting", text, cancellationToken));
        }
    }
}
