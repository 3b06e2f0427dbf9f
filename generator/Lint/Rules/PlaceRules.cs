using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Errors that prevent pods from being created or scheduled on any node.</summary>
internal static class PlaceRules
{
    internal const string NoNode = "no-node";
    internal const string PriorityClass = "priority-class-unknown";

    private const string ClassName = "priorityClassName";
    private const string Autoscaler = "autoscaler";

    /// <summary>The API server creates these itself.</summary>
    private static readonly string[] OfKubernetes = ["system-cluster-critical", "system-node-critical"];

    private static readonly ReleaseChecks OfReleases = new(release => release.Helm.HasAllValues ? Places(release) : []);

    public static readonly LintRule Rule = LintRule.Of(
        "place",
        cluster => OfReleases.Check(cluster).Concat(Classes(cluster)),
        (NoNode, "The nodeSelector and the required affinity of the DNS pods or their autoscaler exclude every node, or the affinity has "
            + "no term."),
        (PriorityClass, "Pods name a PriorityClass that the tree does not have: without it the API server refuses them."));

    /// <summary>Checks the DNS pods and the autoscaler.</summary>
    private static IEnumerable<Finding> Places(CoreDnsRelease release)
    {
        if (NodePlace.Contradiction(release.Values) is { } misfit)
        {
            yield return Place(release, "DNS pods", misfit);
        }

        if (release.Switch(false, Autoscaler, "enabled") && release.Values[Autoscaler] is Mapping autoscaler
            && NodePlace.Contradiction(autoscaler) is { } ofScaler)
        {
            yield return Place(release, "pods of the autoscaler", ofScaler, Autoscaler);
        }
    }

    private static Finding Place(CoreDnsRelease release, string pods, NodeMisfit misfit, params string[] path) => release.Report(
        NoNode,
        misfit.IsRefused ? $"The required affinity of the {pods} {misfit.Reason}."
            : $"No node fits the {pods}, because {misfit.Reason}: none of them is placed.",
        misfit.Fix,
        [.. path, misfit.Key]);

    /// <summary>
    /// The API server accepts a Deployment with any class name, but refuses its pods: the old pods stay, and the upgrade fails. Another
    /// repository or a user may create the class, so this is a guess.
    /// </summary>
    private static IEnumerable<Finding> Classes(ClusterView cluster)
    {
        var known = cluster.Applied.Where(resource => resource is { Kind: "PriorityClass", Group: "scheduling.k8s.io" })
            .Select(resource => resource.Name).Concat(OfKubernetes).ToHashSet(StringComparer.Ordinal);
        return cluster.Layers.Any(layer => layer.IsForeign || layer.IsRemote) ? []
            : cluster.Releases.Where(release => release.Helm.HasAllValues && !release.IsPatched(ClassName))
                .SelectMany(release => Classes(release, known))
                .Concat(cluster.Applied.SelectMany(resource => Classes(resource, known)));
    }

    private static IEnumerable<Finding> Classes(CoreDnsRelease release, HashSet<string> known)
    {
        string[][] paths = release.Switch(false, Autoscaler, "enabled") ? [[ClassName], [Autoscaler, ClassName]] : [[ClassName]];
        return from path in paths
               where release.Text(path) is { } name && IsUnknown(name, known)
               select Warned(release.Report(PriorityClass, Message(release.Manifest, release.Text(path)!), Fix, path));
    }

    private static IEnumerable<Finding> Classes(Manifest resource, HashSet<string> known)
    {
        if (PodPath(resource) is { } path && resource.Body.TextAt([.. path, ClassName]) is { Length: > 0 } name && IsUnknown(name, known))
        {
            yield return Warned(Report.At(resource, [.. path, ClassName], PriorityClass, Message(resource, name), Fix));
        }
    }

    private static string[]? PodPath(Manifest resource) => resource switch
    {
        { Kind: "Pod", Group: "" } => ["spec"],
        { Kind: "Deployment" or "DaemonSet" or "StatefulSet" or "ReplicaSet", Group: "apps" } or { Kind: "Job", Group: "batch" }
            => ["spec", "template", "spec"],
        { Kind: "CronJob", Group: "batch" } => ["spec", "jobTemplate", "spec", "template", "spec"],
        _ => null,
    };

    private static bool IsUnknown(string name, HashSet<string> known) =>
        !known.Contains(name) && !name.Contains("${");

    private static string Message(Manifest owner, string name) =>
        $"The tree has no PriorityClass '{Printable.Of(name)}', which pods of {owner.Id.Title} name: where the cluster has none either, "
            + "the API server refuses new pods.";

    private static string Fix => $"Write {OfKubernetes[0]}, or add the PriorityClass to the tree. If the cluster has it from elsewhere, "
        + $"write an entry of lint.ignore in the definition.";

    private static Finding Warned(Finding finding) => finding with { Severity = Severity.Warning };
}
