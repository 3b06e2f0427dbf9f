using PlatformGitOps.Generator.Schema;
using static PlatformGitOps.Generator.Schema.ValueShapes;

namespace PlatformGitOps.Generator.Charts;

/// <summary>
/// Every value that the templates of the coredns chart 1.38.0 read. The chart has no schema of its own, so that Helm takes any
/// misspelt key without a word. Read from the templates and not from the chart's list of defaults, which names one key that nothing
/// reads (a zone file's <c>domain</c>).
/// </summary>
public static class CoreDnsChartValues
{
    private static readonly ObjectShape Probe = Of(
        ("enabled", Switch),
        ("initialDelaySeconds", Whole),
        ("periodSeconds", Whole),
        ("timeoutSeconds", Whole),
        ("failureThreshold", Whole),
        ("successThreshold", Whole));

    private static readonly ObjectShape Image = Of(("repository", Text), ("tag", Text), ("pullPolicy", Text), ("pullSecrets", ListOf(Anything)));

    private static readonly ObjectShape Service = Of(
        ("name", Text),
        ("annotations", Texts),
        ("selector", Texts),
        ("clusterIP", Address),
        ("clusterIPs", ListOf(Address)),
        ("externalIPs", ListOf(Address)),
        ("externalTrafficPolicy", Text),
        ("loadBalancerIP", Address),
        ("loadBalancerClass", Text),
        ("ipFamilyPolicy", Text),
        ("trafficDistribution", Text));

    private static readonly ObjectShape Prometheus = Of(
        ("service", Of(("enabled", Switch), ("annotations", Texts), ("selector", Texts))),
        ("monitor", Of(("enabled", Switch), ("additionalLabels", Texts), ("namespace", Text), ("interval", Duration), ("selector", Selector))));

    private static readonly ObjectShape Server = Of(
        ("zones", ListOf(Of(("zone", Text), ("scheme", Text), ("use_tcp", Switch)))),
        ("port", Whole),
        ("servicePort", Whole),
        ("nodePort", Whole),
        ("hostPort", Whole),
        ("plugins", ListOf(Of(("name", Text), ("parameters", TextOrNumber), ("configBlock", Text)))));

    private static readonly ObjectShape Autoscaler = Of(
        ("enabled", Switch),
        ("coresPerReplica", Whole),
        ("nodesPerReplica", Whole),
        ("min", Whole),
        ("max", Whole),
        ("includeUnschedulableNodes", Switch),
        ("preventSinglePointFailure", Switch),
        ("podAnnotations", Texts),
        ("customFlags", ListOf(Text)),
        ("image", Image),
        ("priorityClassName", Text),
        ("affinity", Anything),
        ("nodeSelector", Texts),
        ("tolerations", Tolerations),
        ("resources", Resources),
        ("configmap", Of(("annotations", Texts))),
        ("livenessProbe", Probe),
        ("extraContainers", ListOf(Anything)));

    public static readonly ObjectShape All = Of(
        ("affinity", Anything),
        ("autoscaler", Autoscaler),
        ("clusterRole", Of(("nameOverride", Text))),
        ("customAnnotations", Texts),
        ("customLabels", Texts),
        ("deployment", Of(("skipConfig", Switch), ("enabled", Switch), ("name", Text), ("annotations", Texts), ("selector", Selector))),
        ("env", ListOf(Anything)),
        ("extraConfig", new FreeShape(Of(("parameters", TextOrNumber)))),
        ("extraContainers", ListOf(Anything)),
        ("extraSecrets", ListOf(Of(("name", Text), ("mountPath", Text), ("defaultMode", Whole)))),
        ("extraVolumeMounts", ListOf(Anything)),
        ("extraVolumes", ListOf(Anything)),
        ("fullnameOverride", Text),
        ("hpa", Of(("enabled", Switch), ("minReplicas", Whole), ("maxReplicas", Whole), ("metrics", ListOf(Anything)), ("behavior", Anything))),
        ("image", Image),
        ("isClusterService", Switch),
        ("k8sAppLabelOverride", Text),
        ("livenessProbe", Probe),
        ("nameOverride", Text),
        ("nodeSelector", Texts),
        ("podAnnotations", Texts),
        ("podDisruptionBudget", DisruptionBudget),
        ("podSecurityContext", PodSecurity),
        ("priorityClassName", Text),
        ("prometheus", Prometheus),
        ("rbac", Of(("create", Switch), ("pspEnable", Switch))),
        ("readinessProbe", Probe),
        ("replicaCount", Whole),
        ("resources", Resources),
        ("rollingUpdate", Of(("maxUnavailable", IntegerOrPercent), ("maxSurge", IntegerOrPercent))),
        ("securityContext", ContainerSecurity),
        ("servers", ListOf(Server)),
        ("service", Service),
        ("serviceAccount", Of(("create", Switch), ("name", Text), ("annotations", Texts))),
        ("serviceType", Text),
        ("terminationGracePeriodSeconds", Whole),
        ("tolerations", Tolerations),
        ("topologySpreadConstraints", Spread),
        ("zoneFiles", ListOf(Of(("filename", Text), ("contents", Text)))));
}
