using static PlatformGitOps.Generator.Charts.ValueShape;

namespace PlatformGitOps.Generator.Charts;

/// <summary>Parts of a pod that charts hand on to Kubernetes, by the names of its API (core/v1, policy/v1).</summary>
internal static class PodShapes
{
    public static readonly ValueShape Resources = Of(("limits", new Free(Quantity)), ("requests", new Free(Quantity)), ("claims", Anything));

    public static readonly ValueShape Tolerations = ListOf(Of(("key", Text), ("operator", Text), ("value", Text), ("effect", Text), ("tolerationSeconds", Whole)));

    public static readonly ValueShape Selector = Of(
        ("matchLabels", Texts),
        ("matchExpressions", ListOf(Of(("key", Text), ("operator", Text), ("values", ListOf(Text))))));

    public static readonly ValueShape Spread = ListOf(Of(
        ("maxSkew", Whole),
        ("topologyKey", Text),
        ("whenUnsatisfiable", Text),
        ("labelSelector", Selector),
        ("matchLabelKeys", ListOf(Text)),
        ("minDomains", Whole),
        ("nodeAffinityPolicy", Text),
        ("nodeTaintsPolicy", Text)));

    public static readonly ValueShape PodSecurity = Of(
        ("runAsNonRoot", Switch),
        ("runAsUser", Whole),
        ("runAsGroup", Whole),
        ("fsGroup", Whole),
        ("fsGroupChangePolicy", Text),
        ("supplementalGroups", ListOf(Whole)),
        ("supplementalGroupsPolicy", Text),
        ("seccompProfile", Profile()),
        ("appArmorProfile", Profile()),
        ("seLinuxOptions", Anything),
        ("sysctls", Anything),
        ("windowsOptions", Anything));

    public static readonly ValueShape ContainerSecurity = Of(
        ("allowPrivilegeEscalation", Switch),
        ("privileged", Switch),
        ("readOnlyRootFilesystem", Switch),
        ("capabilities", Of(("add", ListOf(Text)), ("drop", ListOf(Text)))),
        ("runAsNonRoot", Switch),
        ("runAsUser", Whole),
        ("runAsGroup", Whole),
        ("procMount", Text),
        ("seccompProfile", Profile()),
        ("appArmorProfile", Profile()),
        ("seLinuxOptions", Anything),
        ("windowsOptions", Anything));

    public static readonly ValueShape DisruptionBudget = Of(
        ("selector", Selector),
        ("minAvailable", IntegerOrPercent),
        ("maxUnavailable", IntegerOrPercent),
        ("unhealthyPodEvictionPolicy", Text));

    private static Keys Profile() => Of(("type", Text), ("localhostProfile", Text));
}
