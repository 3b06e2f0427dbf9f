namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The ids of what can be wrong with a definition; docs/definition.md explains each.</summary>
public static class DefinitionRules
{
    // The file.
    public const string Missing = "definition-missing";
    public const string Unreadable = "definition-unreadable";
    public const string Twice = "definition-twice";
    public const string Empty = "definition-empty";

    // Keys and types.
    public const string UnknownKey = "unknown-key";
    public const string MissingKey = "missing-key";
    public const string EmptyValue = "empty-value";
    public const string WrongType = "wrong-type";
    public const string UnknownChoice = "unknown-choice";
    public const string NumberRange = "number-out-of-range";
    public const string DuplicateItem = "duplicate-item";
    public const string ClustersCount = "clusters-count";
    public const string UpstreamsCount = "upstreams-count";
    public const string DependsOnCount = "depends-on-count";
    public const string ItemCount = "item-count";
    public const string GroupUnknown = "group-unknown";
    public const string DashboardWithoutMonitoring = "dashboard-without-monitoring";
    public const string BurnRateWithoutMonitoring = "burn-rate-without-monitoring";
    public const string BurnRateObjective = "burn-rate-objective";

    // Texts.
    public const string Dollar = "dollar-in-value";
    public const string Secret = "secret-in-plain-text";
    public const string NameLabel = "name-not-rfc1123";
    public const string NameText = "name-not-text";
    public const string NamePath = "name-path-traversal";
    public const string DomainName = "dns-name";
    public const string CidrForm = "cidr-form";
    public const string CidrHostBits = "cidr-host-bits";
    public const string CidrReserved = "cidr-reserved";
    public const string AddressForm = "address-form";
    public const string UpstreamForm = "upstream-form";
    public const string VersionForm = "version-form";
    public const string DurationForm = "duration-form";
    public const string QuantityForm = "quantity-form";
    public const string UrlForm = "url-form";
    public const string DigestForm = "digest-form";
    public const string RegexForm = "regex-form";
    public const string RegexAnchors = "regex-not-anchored";
    public const string RefForm = "ref-form";
    public const string FolderForm = "folder-form";
    public const string ImageForm = "image-form";
    public const string CorefileForm = "corefile-form";
    public const string ZoneFileForm = "zone-file-form";
    public const string RegistryForm = "registry-form";
    public const string LabelForm = "label-form";
    public const string PatchForm = "patch-form";

    // The repository, Flux and the charts.
    public const string UrlScheme = "url-scheme";
    public const string RefBoth = "ref-branch-and-tag";
    public const string RefOciBranch = "ref-branch-of-oci";
    public const string SshSecret = "ssh-without-secret";
    public const string SourceVerify = "source-verify";
    public const string SourceProxy = "source-proxy";
    public const string SourceCertificates = "source-certificates";
    public const string NotificationAddress = "notification-address";
    public const string NotificationName = "notification-name";
    public const string IntervalShort = "interval-too-short";
    public const string FluxVersion = "flux-version";
    public const string ChartVersion = "chart-version";
    public const string DigestHttp = "digest-without-oci";
    public const string VerifyHttp = "verify-without-oci";

    // One cluster.
    public const string OverlapInside = "overlap-inside-cluster";
    public const string FamilyMixed = "ip-family-mixed";
    public const string ServicesSize = "services-size";
    public const string DnsOutside = "dns-address-outside";
    public const string DnsApiServer = "dns-address-of-api-server";
    public const string DnsReserved = "dns-address-reserved";
    public const string Replicas = "replicas-below-two";
    public const string MinAvailable = "min-available-not-below-replicas";
    public const string UpstreamLoop = "upstream-loop";
    public const string UpstreamPods = "upstream-in-pods";
    public const string UpstreamUnicast = "upstream-not-unicast";
    public const string UpstreamFamily = "upstream-family";
    public const string UpstreamMixed = "upstream-mixed";
    public const string UpstreamServerName = "upstream-server-name";
    public const string ZoneInDomain = "zone-in-cluster-domain";
    public const string ZoneTwice = "zone-twice";
    public const string TtlController = "ttl-with-health-controller";
    public const string RewriteItself = "rewrite-itself";
    public const string CorefilePlugin = "corefile-plugin";
    public const string ServerPort = "server-port";
    public const string KubernetesVersion = "kubernetes-version";
    public const string KubeProxyVersion = "kube-proxy-version";
    public const string SecondFamily = "second-family";
    public const string FamilyPolicy = "family-policy-without-second";
    public const string SecondAddress = "second-address-of-single-stack";
    public const string TolerationKey = "toleration-without-key";
    public const string TolerationOperator = "toleration-operator";
    public const string TolerationSeconds = "toleration-seconds";
    public const string LabelReserved = "label-reserved";
    public const string ValueUnknown = "value-unknown";
    public const string ValueType = "value-type";
    public const string ValueProtected = "value-protected";
    public const string DigestOther = "digest-of-other-version";
    public const string NodeLocalIpvs = "node-local-ipvs";
    public const string NodeLocalTranslated = "node-local-translated";
    public const string NodeLocalCilium = "node-local-without-service-address";
    public const string NodeLocalProxy = "node-local-without-redirect";
    public const string NodeLocalNodes = "node-local-without-nodes";
    public const string NodeLocalAddress = "node-local-address";
    public const string NodeLocalImage = "node-local-image";
    public const string NodeLocalAutopath = "node-local-autopath";
    public const string NodeLocalSubstrateNetworks = "node-local-substrate-networks";
    public const string NodeLocalSubstrateServer = "node-local-substrate-server";
    public const string RequestLimit = "request-above-limit";
    public const string QuantityZero = "quantity-zero";
    public const string QuantityImplausible = "quantity-implausible";
    public const string MemoryOfCluster = "memory-below-cluster-size";
    public const string AutoscalingBoth = "autoscaling-both";
    public const string AutoscalingKey = "autoscaling-unused-key";
    public const string AutoscalingMaximum = "autoscaling-maximum";
    public const string HealthControllerCount = "health-controller-count";
    public const string HealthControllerNamespaces = "health-controller-namespaces";
    public const string HealthControllerNetworks = "health-controller-networks";
    public const string HealthControllerDenied = "health-controller-denied";
    public const string HealthControllerOff = "health-controller-off";
    public const string HealthControllerAlert = "health-controller-alert";
    public const string DependsOnItself = "depends-on-itself";
    public const string DependsOnGenerated = "depends-on-generated-layer";

    // All clusters together.
    public const string NameDuplicate = "cluster-name-duplicate";
    public const string NameLong = "cluster-name-too-long";
    public const string NameReserved = "cluster-name-reserved";
    public const string OverlapAcross = "overlap-across-clusters";
    public const string UpstreamSubstrate = "upstream-of-substrate";
    public const string UpstreamRing = "upstream-ring";
    public const string DependsOnOther = "depends-on-other-cluster";
}

/// <summary>Marks a class whose public or internal constants are ids of what can be wrong with a definition.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RuleIdsAttribute : Attribute;
