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
