namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>The alerts on metrics of k8s-health.sh, for a Prometheus outside of the clusters. docs/alerts.md is their runbook.</summary>
internal static class KubernetesAlerts
{
    public static Mapping Rules(SubstrateSettings substrate, SourceRepository repository) => Alert.RuleFile(
        $"substrate-{substrate.Name}-kubernetes", Of(substrate), repository, new Mapping { { "substrate", substrate.Name.Text } });

    public static IEnumerable<Alert> Of(SubstrateSettings substrate)
    {
        string Series(string name, string also = "") =>
            $"globular_kubernetes_{name}{{substrate=\"{substrate.Name}\"{(also.Length == 0 ? "" : $",{also}")}}}";

        // A Prometheus may give each host labels of its own, and a host that is away has no series after five minutes.
        string Most(string series, string by = "substrate") => $"max by ({by}) ({series})";

        var (etcd, seen) = (Series("healthy", "part=\"etcd\""), Series("health_timestamp_seconds"));
        var backup = Series("backup_timestamp_seconds");
        var away = substrate.Kubernetes!.Hosts.Select(host => $" or absent({Series("health_timestamp_seconds", $"host=\"{host.Name}\"")})");
        yield return Alert.Critical("SubstrateEtcdWithoutQuorum", after: "5m",
            $"{Most(etcd, "substrate, part")} == 0 or absent({etcd})",
            $"No member of the etcd of the substrate {substrate.Name} takes a write, or none is seen.",
            "The API servers cannot answer; what runs goes on, and nothing changes.");
        yield return Alert.Warning("SubstrateKubernetesUnhealthy", after: "15m",
            $"{Series("healthy")} == 0",
            $"{{{{ $labels.part }}}} on {{{{ $labels.host }}}} of the substrate {substrate.Name} is not healthy.",
            "systemd starts it again every second; k8s-health.sh on the host says more.");
        yield return Alert.Warning("SubstrateCertificateEnds", after: "26h",
            $"{Series("certificate_left")} < 0.3333",
            $"The certificate {{{{ $labels.certificate }}}} on {{{{ $labels.host }}}} has lived for two thirds of its time.",
            "The daily timer should have renewed it. A CA is not renewed by it.");
        yield return Alert.Warning("SubstrateCertificateFault", after: "26h",
            $"{Series("certificate_faults")} > 0",
            $"{{{{ $value }}}} certificates or keys on {{{{ $labels.host }}}} of the substrate {substrate.Name} are wrong.",
            "The daily timer could not repair it: a CA or the key for Secrets is missing, or a copy of one differs.");
        yield return Alert.Warning("SubstrateKubernetesNotSeen", after: "10m",
            $"time() - {seen} > 1800{string.Concat(away)}",
            $"Nothing looks after {{{{ $labels.host }}}} of the substrate {substrate.Name}.",
            "The timer k8s-health.timer does not run there, the host is away, or its node exporter is not scraped.");
        yield return Alert.Warning("SubstrateKubernetesBackupOld", after: "1h",
            $"time() - {Most(backup)} > 129600 or absent({backup})",
            $"The etcd and the CAs of the substrate {substrate.Name} have had no snapshot for 36 hours.",
            "Every object since would be lost with the members.");
    }
}
