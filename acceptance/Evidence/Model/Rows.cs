namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>The ids of the matrix's rows.</summary>
public static class Rows
{
    public const string Available = "AC1.available";
    public const string DisruptionBudget = "AC1.pdb";
    public const string DifferentNodes = "AC1.spread";
    public const string Service = "AC2.service";
    public const string InfraAddress = "AC2.address.infra";
    public const string AppsAddress = "AC2.address.apps";
    public const string InternalNames = "AC2.internal";
    public const string ExternalNames = "AC2.external";
    public const string PodNames = "AC2.pod";
    public const string NameMatrix = "AC2.names";
    public const string Metrics = "AC3.metrics";
    public const string ServiceMonitor = "AC3.servicemonitor";
    public const string Series = "AC3.series";
    public const string Alerts = "AC3.alerts";
    public const string Health = "AC4.health";
    public const string Ready = "AC4.ready";
    public const string NonRoot = "AC5.nonroot";
    public const string ReadOnlyRoot = "AC5.readonly";
    public const string Capabilities = "AC5.capabilities";
    public const string Policy = "AC5.policy";
    public const string DnsAllowed = "AC5.allowed";
    public const string OthersBlocked = "AC5.blocked";
    public const string Version = "AC6.version";
    public const string ImageMirror = "Bootstrap.mirror";
    public const string CertManager = "Bootstrap.certificates";
    public const string Adoption = "Adoption.takeover";
    public const string RollingRestart = "Disruption.restart";
    public const string Drain = "Disruption.drain";
    public const string CorefileChange = "Disruption.corefile";
    public const string Scale = "Disruption.scale";
    public const string EvictionStorm = "Disruption.evictions";
    public const string ForceDeletion = "Disruption.forcedelete";
    public const string ProcessKill = "Disruption.processkill";
    public const string NodeStop = "Disruption.nodestop";
    public const string NodeKill = "Disruption.nodekill";
    public const string ApiServerDown = "Disruption.apiserver";
}
