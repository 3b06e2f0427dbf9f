namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>
/// The alerts on metrics of verify.sh, as a file for a Prometheus that scrapes the hosts, independent of any cluster. docs/alerts.md is
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

        yield return Alert.Critical("SubstrateVerifyFailed", after: "15m",
            $"{Series("verify_faults")} > 0",
            $"verify finds {{{{ $value }}}} faults on the {{{{ $labels.role }}}} of the substrate {substrate.Name}.",
            "Its timer repairs what it can every 5 minutes; this it could not.");
        yield return Alert.Warning("SubstrateVerifyMissing", after: "10m",
            $"{Missing("primary")} or {Missing("secondary")}",
            $"Nothing verifies the {{{{ $labels.role }}}} of the substrate {substrate.Name}.",
            "The timer does not run, the host is away, or its node exporter is not scraped.");
        yield return Alert.Warning("SubstrateSecondaryBehind", after: "5m",
            $"{Series("secondary_behind_seconds", "secondary")} > 900",
            $"The secondary of the substrate {substrate.Name} was last seen in step {{{{ $value | humanizeDuration }}}} ago.",
            "It serves older records than the primary, or the primary does not answer it.");
        yield return Alert.Critical("SubstrateZoneExpires", after: "5m",
            $"{Series("zone_expires_seconds", "secondary")} < 604800",
            $"The secondary of the substrate {substrate.Name} stops serving a zone in {{{{ $value | humanizeDuration }}}}.",
            "It has not reached the primary for a week; after two it answers SERVFAIL.");
        yield return Alert.Warning("SubstrateBackupOld", after: "1h",
            $"time() - {Series("backup_timestamp_seconds", "primary")} > 129600 or " +
                $"absent({Series("backup_timestamp_seconds", "primary")})",
            $"The substrate {substrate.Name} has had no snapshot for 36 hours.",
            "What programs wrote since, and every key, would be lost with the primary.");
        if (substrate.QueryLog == 0)
        {
            yield break;
        }

        string Stopped(string role) => $"time() - {Series("query_log_timestamp_seconds", role)} > 7200 or " +
            $"absent({Series("query_log_timestamp_seconds", role)})";

        // The program writes buffered blocks of 4 KB, and everything once an hour. verify.sh itself queries every 5 minutes.
        yield return Alert.Warning("SubstrateQueryLogStopped", after: "15m",
            $"{Stopped("primary")} or {Stopped("secondary")}",
            $"The {{{{ $labels.role }}}} of the substrate {substrate.Name} has not written its query log for two hours.",
            "The server answers, but nobody will find out who asked for what in this time.");
    }
}
