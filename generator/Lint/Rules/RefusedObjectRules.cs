using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>What the API server refuses about an object by itself, and Flux then the whole layer.</summary>
internal static partial class RefusedObjectRules
{
    private const string Refused = "object-refused";

    public static readonly LintRule Rule = LintRule.Of("refused-object", Check,
        (Refused, "The API server refuses the object for its name, its selector, a subject or its address, and Flux the whole layer."));

    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"];

    private static readonly NodeFact<Finding[]> Judged = new();

    private static IEnumerable<Finding> Check(ClusterView cluster) => cluster.Layers.SelectMany(layer => layer.Applied)
        .SelectMany(resource => Judged.Of(resource.Body, () => [.. OfName(resource), .. OfSelector(resource), .. OfSubjects(resource)]))
        .Concat(OfAddresses(cluster));

    private static IEnumerable<Finding> OfName(Manifest resource)
    {
        if (KnownKinds.IsNamespaced(resource) && resource.Group != "rbac.authorization.k8s.io" && resource.Name is { Length: > 0 } name
            && !name.Contains("${", StringComparison.Ordinal) && !Name().IsMatch(name))
        {
            yield return Report.At(resource, ["metadata", "name"], Refused,
                $"'{Printable.Of(name)}' is not the name of a {resource.Kind}: the API server refuses it.",
                "Write lower case letters, digits, '-' and '.', with a letter or a digit at both ends.");
        }
    }

    private static IEnumerable<Finding> OfSelector(Manifest resource)
    {
        if (Workloads.Contains(resource.Kind) && resource is { IsCustom: false, Body: var body }
            && body.At("spec", "selector") is Mapping { Entries.IsEmpty: false } selector
            && body.At("spec", "template", "metadata", "labels") is var labels && !LabelSelector.Matches(selector,
                ((labels as Mapping)?.Entries ?? []).DistinctBy(entry => entry.Key)
                    .ToDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal)))
        {
            yield return Report.At(resource, ["spec", "selector"], Refused,
                $"The selector of {resource.Id.Spoken} does not match the labels of its own pods: the API server refuses it.",
                "Write the labels of spec.template.metadata.labels into spec.selector.matchLabels.");
        }
    }

    private static IEnumerable<Finding> OfSubjects(Manifest resource) =>
        resource is not { Kind: "RoleBinding" or "ClusterRoleBinding", Group: "rbac.authorization.k8s.io" } ? []
        : resource.Body.MappingsAt("subjects")
            .Where(subject => subject.TextAt("kind") == "ServiceAccount" && subject.TextAt("namespace") is not { Length: > 0 })
            .Select(subject => Report.At(subject, Refused,
                $"{resource.Id.Spoken} binds the ServiceAccount {Printable.Of(subject.TextAt("name") ?? "")} without its namespace: the "
                    + "API server refuses it.",
                "Write 'namespace:' beside its name."));

    /// <summary>The first of two Services gets the address: the DNS Service may be the second.</summary>
    private static IEnumerable<Finding> OfAddresses(ClusterView cluster)
    {
        foreach (var release in cluster.Releases.Where(release => release.IsClusterDns))
        {
            var address = release.Text("service", "clusterIP") is { } text and not "None" ? text : null;
            foreach (var service in cluster.Applied.Where(resource => resource is { Kind: "Service", Group: "" }
                && resource.Body.TextAt("spec", "clusterIP") == address && address is not null
                && (resource.Namespace, resource.Name) != (release.Namespace, release.ServiceName)))
            {
                yield return Report.At(service, ["spec", "clusterIP"], Refused,
                    $"{service.Id.Spoken} has the address {address} of Service {release.Namespace}/{release.ServiceName}: the API server "
                        + "refuses the second of them, and that may be DNS.",
                    "Delete clusterIP, or write another address.");
            }
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    private static partial Regex Name();
}
