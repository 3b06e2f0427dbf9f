using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>The alerts on what k8s-health.sh writes, for a Prometheus outside of the clusters. docs/alerts.md is their runbook.</summary>
internal static class KubernetesAlerts
{
    public static Mapping Rules(SubstrateSettings substrate, SourceRepository repository) => Alert.RuleFile(
        $"substrate-{substrate.Name}-kubernetes", Of(substrate), repository, new Mapping { { "substrate", substrate.Name.Text } });

    public static IEnumerable<Alert> Of(SubstrateSettings substrate)
    {
        string Series(string name, string also = "") =>
            $"globular_kubernetes_{name}{{substrate=\"{substrate.Name}\"{(also.Length == 0 ? "" : $",{also}")}}}";

        var etcd = Series("healthy", "part=\"etcd\"");
        yield return new Alert
        {
            Name = "SubstrateEtcdWithoutQuorum",
            Expression = $"max without (host, instance) ({etcd}) == 0",
            For = "5m",
            Severity = "critical",
            Summary = $"No member of the etcd of the substrate {substrate.Name} takes a write.",
            Description = "The API servers cannot answer; what runs goes on, and nothing changes.",
        };
        yield return new Alert
        {
            Name = "SubstrateKubernetesUnhealthy",
            Expression = $"{Series("healthy")} == 0",
            For = "15m",
            Severity = "warning",
            Summary = $"{{{{ $labels.part }}}} on {{{{ $labels.host }}}} of the substrate {substrate.Name} is not healthy.",
            Description = "systemd starts it again every second; k8s-health.sh on the host says more.",
        };
        yield return new Alert
        {
            Name = "SubstrateCertificateEnds",
            Expression = $"{Series("certificate_left")} < 0.3333",
            For = "26h",
            Severity = "warning",
            Summary = $"The certificate {{{{ $labels.certificate }}}} on {{{{ $labels.host }}}} has lived for two thirds of its time.",
            Description = "The daily timer should have renewed it. A CA is not renewed by it.",
        };
        yield return new Alert
        {
            Name = "SubstrateCertificateFault",
            Expression = $"{Series("certificate_faults")} > 0",
            For = "26h",
            Severity = "warning",
            Summary = $"{{{{ $value }}}} certificates or keys on {{{{ $labels.host }}}} of the substrate {substrate.Name} are wrong.",
            Description = "The daily timer could not repair it: a CA or the key for Secrets is missing, or a copy of one differs.",
        };
        yield return new Alert
        {
            Name = "SubstrateKubernetesNotSeen",
            Expression = $"time() - {Series("health_timestamp_seconds")} > 1800",
            For = "10m",
            Severity = "warning",
            Summary = $"Nothing looks after {{{{ $labels.host }}}} of the substrate {substrate.Name}.",
            Description = "The timer k8s-health.timer does not run there.",
        };
        yield return new Alert
        {
            Name = "SubstrateKubernetesBackupOld",
            Expression = $"time() - max without (host, instance) ({Series("backup_timestamp_seconds")}) > 129600 or " +
                $"absent({Series("backup_timestamp_seconds")})",
            For = "1h",
            Severity = "warning",
            Summary = $"The etcd and the CAs of the substrate {substrate.Name} have had no snapshot for 36 hours.",
            Description = "Every object since would be lost with the members.",
        };
    }
}
