using System.Buffers;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Errors for which the API server refuses an object, and Flux the whole layer.</summary>
internal static class RefusedObjectRules
{
    private const string Refused = "object-refused";
    private const string Rbac = "rbac.authorization.k8s.io";

    public static readonly LintRule Rule = LintRule.Of("refused-object", Check,
        (Refused,
            "The API server refuses the object for its name, selector, schedule, a subject or its address, and Flux the whole layer."));

    private static readonly string[] Workloads = ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"];

    private const int LongestCronJob = 52;

    private static readonly SearchValues<char> OfNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private static IEnumerable<Finding> Check(ClusterView cluster) => cluster.Layers.SelectMany(layer => layer.Applied)
        .SelectMany(Of).Concat(OfAddresses(cluster));

    private static IEnumerable<Finding> Of(Manifest resource) => !IsName(resource) ? [NameOf(resource)]
        : Workloads.Contains(resource.Kind) ? Selects(resource) ? OfSelector(resource) : [WithoutSelector(resource)]
        : resource is { Kind: "CronJob", Group: "batch" } ? OfSchedule(resource)
        : resource.Kind.EndsWith("RoleBinding", StringComparison.Ordinal) ? OfSubjects(resource)
        : [];

    /// <summary>True also for a kind that allows other names.</summary>
    private static bool IsName(Manifest resource) => resource.Name is not { Length: > 0 } name
        || (!name.AsSpan().ContainsAnyExcept(OfNames) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]))
        || name.Contains("${") || resource.Group == Rbac || !KnownKinds.IsNamespaced(resource);

    private static Finding NameOf(Manifest resource) => Report.At(resource, ["metadata", "name"], Refused,
        $"'{Printable.Of(resource.Name)}' is not the name of a {resource.Kind}: the API server refuses it.",
        "Write lower case letters, digits, '-' and '.', with a letter or a digit at both ends.");

    /// <summary>True also for a part of an object, and for fields that a variable may add.</summary>
    private static bool Selects(Manifest resource) => resource.Group != "apps" || IsPart(resource)
        || resource.Body.At("spec", "selector") switch
        {
            null or Scalar { IsNull: true } => false,
            Mapping selector => selector.Entries.Any(entry => entry.Value is not Mapping { Entries.IsEmpty: true }
                and not Sequence { Items.IsEmpty: true } and not Scalar { IsNull: true }),
            _ => true,
        };

    /// <summary>True if Flux only adds fields to an existing object.</summary>
    private static bool IsPart(Manifest resource) =>
        resource.Body.TextAt("metadata", "annotations", "kustomize.toolkit.fluxcd.io/ssa") is "Merge" or "Ignore";

    private static Finding WithoutSelector(Manifest resource)
    {
        var labels = resource.Body.EntriesAt("spec", "template", "metadata", "labels")
            .Select(label => $"{label.Key}: {(label.Value as Scalar)?.Value}");
        return Report.At(resource, ["spec", "selector"], Refused,
            $"{resource.Id.Title} has no selector: the API server refuses it.",
            $"Write spec.selector.matchLabels with labels of its pods{(string.Join(", ", labels) is { Length: > 0 } own
                ? $": {{{Printable.Of(own)}}}" : "")}.");
    }

    private static IEnumerable<Finding> OfSchedule(Manifest resource)
    {
        var schedule = resource.Body.TextAt("spec", "schedule") ?? "";
        var problem = schedule.Length > 0 ? CronSchedule.Problem(schedule) is { } wrong ? $"'{Printable.Of(schedule)}' {wrong}" : null
            : IsPart(resource) ? null : "is missing";
        if (problem is not null && !schedule.Contains("${"))
        {
            yield return Report.At(resource, ["spec", "schedule"], Refused,
                $"The schedule of {resource.Id.Title} {problem}: the API server refuses it.",
                "Write minute, hour, day of the month, month and day of the week, such as '0 3 * * 0', or @daily.");
        }

        if (resource.Name.Length > LongestCronJob && !resource.Name.Contains("${"))
        {
            yield return Report.At(resource, ["metadata", "name"], Refused,
                $"The name of {resource.Id.Title} has {resource.Name.Length} characters: the API server refuses a new CronJob with "
                    + $"more than {LongestCronJob}, because its Jobs get 11 more.",
                "Write a shorter name.");
        }
    }

    private static IEnumerable<Finding> OfSelector(Manifest resource)
    {
        if (resource is { IsCustom: false, Body: var body }
            && body.At("spec", "selector") is Mapping { Entries.IsEmpty: false } selector
            && body.At("spec", "template", "metadata", "labels") is var labels && !LabelSelector.Matches(selector,
                ((labels as Mapping)?.Entries ?? []).DistinctBy(entry => entry.Key)
                    .ToDictionary(entry => entry.Key, entry => (entry.Value as Scalar)?.Value ?? "", StringComparer.Ordinal)))
        {
            yield return Report.At(resource, ["spec", "selector"], Refused,
                $"The selector of {resource.Id.Title} does not match the labels of its own pods: the API server refuses it.",
                "Write the labels of spec.template.metadata.labels into spec.selector.matchLabels.");
        }
    }

    private static IEnumerable<Finding> OfSubjects(Manifest resource) =>
        resource.Group != Rbac ? []
        : resource.Body.MappingsAt("subjects")
            .Where(subject => subject.TextAt("kind") == "ServiceAccount" && subject.TextAt("namespace") is not { Length: > 0 })
            .Select(subject => Report.At(subject, Refused,
                $"{resource.Id.Title} binds the ServiceAccount {Printable.Of(subject.TextAt("name") ?? "")} without its namespace: the "
                    + "API server refuses it.",
                "Write 'namespace:' beside its name."));

    /// <summary>The first of two Services gets the address, so the DNS Service may not get it.</summary>
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
                    $"{service.Id.Title} has the address {address} of Service {release.Namespace}/{release.ServiceName}: the API server "
                        + "refuses the second of them, and that may be DNS.",
                    "Delete clusterIP, or write another address.");
            }
        }
    }
}
