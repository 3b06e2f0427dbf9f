using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The allowed values of fields in Kubernetes' own kinds, and in the values that the coredns chart passes on.</summary>
internal static class WordRules
{
    internal const string Word = "object-word";

    public static readonly LintRule Rule = LintRule.Of(
        "word",
        Check,
        (Word, "Kubernetes accepts other words here, and the API server refuses this one."));

    /// <summary>Keyed by the field, or by its parent and the field: core/v1, apps/v1, batch/v1, policy/v1, networking.k8s.io/v1.</summary>
    private static readonly ImmutableDictionary<string, string[]> Known = new Dictionary<string, string[]>
    {
        ["whenUnsatisfiable"] = ["DoNotSchedule", "ScheduleAnyway"],
        ["nodeAffinityPolicy"] = ["Honor", "Ignore"],
        ["nodeTaintsPolicy"] = ["Honor", "Ignore"],
        ["tolerations.effect"] = ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        ["tolerations.operator"] = ["Exists", "Equal"],
        ["matchExpressions.operator"] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
        ["matchFields.operator"] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"],
        ["imagePullPolicy"] = ["IfNotPresent", "Always", "Never"],
        ["image.pullPolicy"] = ["IfNotPresent", "Always", "Never"],
        ["dnsPolicy"] = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        ["restartPolicy"] = ["Always", "OnFailure", "Never"],
        ["preemptionPolicy"] = ["PreemptLowerPriority", "Never"],
        ["terminationMessagePolicy"] = ["File", "FallbackToLogsOnError"],
        ["fsGroupChangePolicy"] = ["OnRootMismatch", "Always"],
        ["supplementalGroupsPolicy"] = ["Merge", "Strict"],
        ["procMount"] = ["Default", "Unmasked"],
        ["mountPropagation"] = ["None", "HostToContainer", "Bidirectional"],
        ["seccompProfile.type"] = ["RuntimeDefault", "Localhost", "Unconfined"],
        ["appArmorProfile.type"] = ["RuntimeDefault", "Localhost", "Unconfined"],
        ["strategy.type"] = ["RollingUpdate", "Recreate"],
        ["updateStrategy.type"] = ["RollingUpdate", "OnDelete"],
        ["podManagementPolicy"] = ["OrderedReady", "Parallel"],
        ["concurrencyPolicy"] = ["Allow", "Forbid", "Replace"],
        ["completionMode"] = ["NonIndexed", "Indexed"],
        ["ports.protocol"] = ["TCP", "UDP", "SCTP"],
        ["sessionAffinity"] = ["None", "ClientIP"],
        ["ipFamilyPolicy"] = ["SingleStack", "PreferDualStack", "RequireDualStack"],
        ["ipFamilies"] = ["IPv4", "IPv6"],
        ["externalTrafficPolicy"] = ["Cluster", "Local"],
        ["internalTrafficPolicy"] = ["Cluster", "Local"],
        ["serviceType"] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
        ["policyTypes"] = ["Ingress", "Egress"],
        ["unhealthyPodEvictionPolicy"] = ["AlwaysAllow", "IfHealthyBudget"],
    }.ToImmutableDictionary();

    /// <summary>Fields with texts of other programs.</summary>
    private static readonly ImmutableHashSet<string> FreeFormKeys =
        ["metadata", "data", "stringData", "binaryData", "env", "args", "command", "annotations", "labels", "matchLabels", "nodeSelector",
            "servers", "zoneFiles", "extraConfig", "resources"];

    private static readonly NodeFact<Finding[]> OfObjects = new();

    private static readonly ReleaseChecks OfReleases = new(Check);

    private static IEnumerable<Finding> Check(ClusterView cluster) => cluster.Applied.Where(resource => !resource.IsCustom)
        .SelectMany(resource => OfObjects.Of(resource.Body, Check)).Concat(OfReleases.Check(cluster));

    private static Finding[] Check(Mapping resource) => IsOfPrograms(resource) ? []
        : [.. Places(resource, "").Select(place => Of(place.Word, place.Key,
            $"'{place.Key}' of {resource.TextAt("kind")} {resource.TextAt("metadata", "name")}"))];

    private static IEnumerable<Finding> Check(CoreDnsRelease release) => Places(release.Values, "")
        .Select(place => Of(place.Word, place.Key, $"'{place.Key}' in the values of {release.Manifest.Id.Title}"));

    /// <summary>True for data of other programs, and for CRDs, whose schemas may have any key.</summary>
    private static bool IsOfPrograms(Mapping resource) =>
        resource.TextAt("kind") is "ConfigMap" or "Secret" or "CustomResourceDefinition" or "APIService"
        || resource.TextAt("apiVersion")?.StartsWith("admissionregistration.", StringComparison.Ordinal) == true;

    private static Finding Of(Scalar word, string key, string place)
    {
        var words = Known[key];
        return Report.At(word, Word, $"{place} is '{Printable.Of(word.Value)}', which the API server refuses.",
            Suggestion.For(word.Value, words) is { } near ? $"Did you mean {near}?"
                : $"Write {string.Join(", ", words[..^1])} or {words[^1]}.");
    }

    /// <summary>Each value that its field does not allow.</summary>
    private static IEnumerable<(Scalar Word, string Key)> Places(Node node, string above) => node switch
    {
        Mapping mapping => mapping.Entries.Where(entry => !FreeFormKeys.Contains(entry.Key)).SelectMany(entry =>
            entry.Value is Scalar scalar ? Wrong(scalar, above, entry.Key) : Places(entry.Value, entry.Key)),
        Sequence sequence => sequence.Items.SelectMany(item => item is Scalar scalar ? Wrong(scalar, "", above) : Places(item, above)),
        _ => [],
    };

    private static (Scalar Word, string Key)[] Wrong(Scalar scalar, string above, string key)
    {
        var name = Known.ContainsKey(key) ? key : $"{above}.{key}";
        return !Known.TryGetValue(name, out var words) || scalar.IsNull || scalar.Value.Length == 0 || words.Contains(scalar.Value)
            || TypeRules.IsUnsubstituted(scalar) ? [] : [(scalar, name)];
    }
}
