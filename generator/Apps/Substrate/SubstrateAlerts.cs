using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>
/// The alerts on what verify.sh writes, as a file for a Prometheus that scrapes the hosts: it must not need a cluster. docs/alerts.md is
/// their runbook.
/// </summary>
internal static class SubstrateAlerts
{
    public static Mapping Rules(SubstrateSettings substrate, SourceRepository repository) =>
        Alert.RuleFile($"substrate-{substrate.Name}", Of(substrate), repository, new Mapping { { "substrate", substrate.Name.Text } });

    public static IEnumerable<Alert> Of(SubstrateSettings substrate)
    {
        string Series(string name, string role = "") =>
            $"globular_dns_{name}{{substrate=\"{substrate.Name}\"{(role.Length == 0 ? "" : $",role=\"{role}\"")}}}";

        string Missing(string role) =>
            $"time() - {Series("verify_timestamp_seconds", role)} > 1800 or absent({Series("verify_timestamp_seconds", role)})";

        yield return new Alert
        {
            Name = "SubstrateVerifyFailed",
            Expression = $"{Series("verify_faults")} > 0",
            For = "15m",
            Severity = "critical",
            Summary = $"verify finds {{{{ $value }}}} faults on the {{{{ $labels.role }}}} of the substrate {substrate.Name}.",
            Description = "Its timer repairs what it can every 5 minutes; this it could not.",
        };
        yield return new Alert
        {
            Name = "SubstrateVerifyMissing",
            Expression = $"{Missing("primary")} or {Missing("secondary")}",
            For = "10m",
            Severity = "warning",
            Summary = $"Nothing verifies the {{{{ $labels.role }}}} of the substrate {substrate.Name}.",
            Description = "The timer does not run, the host is away, or its node exporter is not scraped.",
        };
        yield return new Alert
        {
            Name = "SubstrateSecondaryBehind",
            Expression = $"{Series("secondary_behind_seconds", "secondary")} > 900",
            For = "5m",
            Severity = "warning",
            Summary = $"The secondary of the substrate {substrate.Name} was last seen in step {{{{ $value | humanizeDuration }}}} ago.",
            Description = "It serves older records than the primary, or the primary does not answer it.",
        };
        yield return new Alert
        {
            Name = "SubstrateZoneExpires",
            Expression = $"{Series("zone_expires_seconds", "secondary")} < 604800",
            For = "5m",
            Severity = "critical",
            Summary = $"The secondary of the substrate {substrate.Name} stops serving a zone in {{{{ $value | humanizeDuration }}}}.",
            Description = "It has not reached the primary for a week; after two it answers SERVFAIL.",
        };
        yield return new Alert
        {
            Name = "SubstrateBackupOld",
            Expression = $"time() - {Series("backup_timestamp_seconds", "primary")} > 129600 or " +
                $"absent({Series("backup_timestamp_seconds", "primary")})",
            For = "1h",
            Severity = "warning",
            Summary = $"The substrate {substrate.Name} has had no snapshot for 36 hours.",
            Description = "What programs wrote since, and every key, would be lost with the primary.",
        };
        if (substrate.QueryLog == 0)
        {
            yield break;
        }

        string Stopped(string role) => $"time() - {Series("query_log_timestamp_seconds", role)} > 7200 or " +
            $"absent({Series("query_log_timestamp_seconds", role)})";

        // The program writes what it has in pieces of 4 KB, and all of it each hour. Verify itself asks every 5 minutes.
        yield return new Alert
        {
            Name = "SubstrateQueryLogStopped",
            Expression = $"{Stopped("primary")} or {Stopped("secondary")}",
            For = "15m",
            Severity = "warning",
            Summary = $"The {{{{ $labels.role }}}} of the substrate {substrate.Name} has not written its query log for two hours.",
            Description = "The server answers, but nobody will find out who asked for what in this time.",
        };
    }
}
