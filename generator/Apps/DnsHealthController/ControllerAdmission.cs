namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>
/// RBAC can only allow to patch whole pods, images included. Admission policies (Kubernetes 1.30 and later) limit patches to what the
/// controller writes: a stolen token can only remove endpoints from DNS.
/// </summary>
public static class ControllerAdmission
{
    /// <summary>The first Kubernetes with admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy.</summary>
    public static readonly SemVer Since = new(1, 30, 0);

    private const string Api = "admissionregistration.k8s.io/v1";

    private const string Account =
        $"request.userInfo.username == 'system:serviceaccount:{ControllerNames.Namespace}:{ControllerNames.Name}'";

    private const string LabelKey = $"key.startsWith('{ControllerNames.LabelPrefix}/')";

    /// <summary>The second key is the old name of the first one, which the controller replaces.</summary>
    private const string AnnotationKey =
        $"key in ['{ControllerNames.LabelPrefix}/removed', '{ControllerNames.LabelPrefix}/taken-out']";

    private const string ManagedByKey = "endpointslice.kubernetes.io/managed-by";

    public static IEnumerable<Mapping> Objects() =>
        Policy($"{ControllerNames.Name}-pods", "", "v1", ["pods", "pods/status"], ["UPDATE"], PodVariables(), PodRules())
            .Concat(Policy($"{ControllerNames.Name}-slices", "discovery.k8s.io", "*", ["endpointslices"],
                ["CREATE", "UPDATE", "DELETE"], null, SliceRules()));

    private static Sequence PodVariables() => Sequence.Of(
        [.. Maps("labels"), .. Maps("annotations"),
            Named("conditions", OrEmpty("object.status", "conditions", "[]")),
            Named("oldConditions", OrEmpty("oldObject.status", "conditions", "[]"))]);

    private static IEnumerable<Mapping> Maps(string field) =>
    [
        Named(field, OrEmpty("object.metadata", field, "{}")),
        Named($"old{char.ToUpperInvariant(field[0])}{field[1..]}", OrEmpty("oldObject.metadata", field, "{}")),
    ];

    private static Sequence PodRules() => Sequence.Of(
        Rule("object.spec == oldObject.spec", "the spec of a pod"),
        Rule(Same("object.metadata", "oldObject.metadata", "key in ['labels', 'annotations', 'managedFields', 'resourceVersion']"),
            "the metadata of a pod beside labels and annotations"),
        Rule(Same("variables.labels", "variables.oldLabels", LabelKey), $"labels outside of {ControllerNames.LabelPrefix}/"),
        Rule(
            "variables.labels.all(key, variables.labels[key] == 'true' || " +
                "(key in variables.oldLabels && variables.oldLabels[key] == variables.labels[key]))",
            "a serve label to another value than true"),
        Rule(Same("variables.annotations", "variables.oldAnnotations", AnnotationKey), "annotations beside its own"),
        Rule(Same("object.status", "oldObject.status", "key == 'conditions'"), "the status of a pod beside conditions"),
        Rule($"variables.conditions.filter(c, c.type != '{ControllerNames.Gate}') == " +
            $"variables.oldConditions.filter(c, c.type != '{ControllerNames.Gate}')", "conditions beside its own"));

    private static Sequence SliceRules() => Sequence.Of(
        Rule($"request.operation == 'DELETE' || {IsOwn("object")}", "EndpointSlices that it does not manage"),
        Rule($"request.operation == 'CREATE' || {IsOwn("oldObject")}", "EndpointSlices that it does not manage"));

    private static string IsOwn(string slice) =>
        $"(has({slice}.metadata.labels) && '{ManagedByKey}' in {slice}.metadata.labels && " +
            $"{slice}.metadata.labels['{ManagedByKey}'] == '{ControllerNames.ManagedBy}')";

    /// <summary>Every key keeps its value, with one exception. Without a type any mapping can be compared.</summary>
    private static string Same(string now, string before, string exception) =>
        $"dyn({now}).all(key, {exception} || (key in dyn({before}) && dyn({before})[key] == dyn({now})[key])) && " +
        $"dyn({before}).all(key, {exception} || key in dyn({now}))";

    private static string OrEmpty(string around, string field, string empty) =>
        $"has({around}.{field}) ? dyn({around}.{field}) : dyn({empty})";

    private static Mapping Named(string name, string expression) => new() { { "name", name }, { "expression", expression } };

    private static Mapping Rule(string expression, string what) =>
        new() { { "expression", expression }, { "message", $"{ControllerNames.Name} may not change {what}" } };

    private static IEnumerable<Mapping> Policy(
        string name, string group, string version, string[] resources, string[] operations, Sequence? variables, Sequence validations) =>
    [
        Resources.Object(Api, "ValidatingAdmissionPolicy", Resources.Metadata(name, null, ControllerNames.Labels()), new Mapping
        {
            { "failurePolicy", "Fail" },
            { "matchConstraints", new Mapping
                {
                    { "resourceRules", Sequence.Of(new Mapping
                        {
                            { "apiGroups", Resources.Texts(group) },
                            { "apiVersions", Resources.Texts(version) },
                            { "operations", Resources.Texts(operations) },
                            { "resources", Resources.Texts(resources) },
                        })
                    },
                }
            },
            { "matchConditions", Sequence.Of(Named("account", Account)) },
            { "variables", variables },
            { "validations", validations },
        }),
        Resources.Object(Api, "ValidatingAdmissionPolicyBinding", Resources.Metadata(name, null, ControllerNames.Labels()), new Mapping
        {
            { "policyName", name },
            { "validationActions", Resources.Texts("Deny") },
        }),
    ];
}
