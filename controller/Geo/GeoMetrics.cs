using System.Text;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Geo;

/// <summary>The metrics of <c>geo</c> beside those that every part of this program has. Alerts use the names.</summary>
internal sealed class GeoMetrics
{
    public Family Probes { get; } = new("dns_geo_probes_total", "counter", "Probes of addresses by result.");

    public Family Targets { get; } = new("dns_geo_targets", "gauge", "Addresses by region and verdict: healthy, unhealthy or unknown.");

    public Family Names { get; } = new("dns_geo_names", "gauge", "Names in the zone.");

    public Family FailOpen { get; } = new("dns_geo_fail_open_names", "gauge", "Names without a healthy address: all are answered.");

    public Family Invalid { get; } = new("dns_geo_invalid_services", "gauge", "Services whose annotations are invalid.");

    public Family Writes { get; } = new("dns_geo_zone_writes_total", "counter", "Writes of the zones to their ConfigMap by result.");

    public Family Serial { get; } = new("dns_geo_zone_serial", "gauge", "The serial of the zones that this instance gave to CoreDNS.");

    public void Write(StringBuilder text)
    {
        foreach (var family in (Family[])[Probes, Targets, Names, FailOpen, Invalid, Writes, Serial])
        {
            family.Write(text);
        }
    }
}

/// <summary>The lines that <c>geo</c> logs.</summary>
internal static partial class GeoLog
{
    [LoggerMessage(50, LogLevel.Information, "{Address} is {Verdict}: {Detail}")]
    public static partial void Verdict(ILogger log, string address, TargetVerdict verdict, string detail);

    [LoggerMessage(51, LogLevel.Information, "zones {Zones} written, serial {Serial}")]
    public static partial void Written(ILogger log, ObjectName zones, string serial);

    [LoggerMessage(52, LogLevel.Warning, "zones {Zones} were not written: {Reason}")]
    public static partial void WriteFailed(ILogger log, ObjectName zones, string reason);

    [LoggerMessage(53, LogLevel.Information, "zone files of serial {Serial} given to CoreDNS")]
    public static partial void Served(ILogger log, string serial);

    [LoggerMessage(54, LogLevel.Warning, "{Service} has invalid annotations of geographic routing and is left out: {Problems}")]
    public static partial void Invalid(ILogger log, ObjectName service, string problems);

    [LoggerMessage(55, LogLevel.Warning, "{Name} has no healthy address: all are answered")]
    public static partial void FailsOpen(ILogger log, string name);
}

/// <summary>A problem of a Service becomes an Event of it, once for each text. Used by one task at a time.</summary>
internal sealed class ServiceProblems(EventRecorder events, ILogger log)
{
    private readonly Dictionary<ObjectName, string> _reported = [];

    /// <param name="problems">All that there are now.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task ReportAsync(
        IReadOnlyCollection<(ObjectName Name, V1ObjectReference About, string Text)> problems, CancellationToken cancellationToken)
    {
        foreach (var gone in _reported.Keys.Except(problems.Select(item => item.Name)).ToArray())
        {
            _reported.Remove(gone);
        }

        foreach (var (name, about, text) in problems.Where(item => _reported.GetValueOrDefault(item.Name) != item.Text))
        {
            _reported[name] = text;
            GeoLog.Invalid(log, name, text);
            await events.WriteAsync(about, warning: true, "InvalidGeoRouting", text, cancellationToken);
        }
    }
}
