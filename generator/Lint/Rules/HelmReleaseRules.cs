namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>HelmReleases of any chart: what they wait for, where their values are, and which make the same release.</summary>
internal static class HelmReleaseRules
{
    internal const string Missing = "release-depends-on-missing";
    private const string Twice = "release-twice";
    private const string Renamed = "values-name-changed";

    public static readonly LintRule Rule = LintRule.Of(
        "helm-release",
        Check,
        (Missing, "dependsOn names a HelmRelease that the cluster does not have, so this one is never installed."),
        (Twice, "Two HelmReleases make one Helm release, or the same objects, and overwrite each other."),
        (Renamed, "`valuesFrom` of a HelmRelease names a ConfigMap or Secret to which kustomize gives another name, a hash for example: it "
            + "does not change that reference."));

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        Manifest[] all = [.. cluster.Applied.Where(resource => resource.IsHelmRelease)];
        Manifest[] own = [.. cluster.Layers.Where(layer => layer is { IsForeign: false, IsRemote: false })
            .SelectMany(layer => layer.Applied).Where(resource => resource.IsHelmRelease)];
        return own.SelectMany(release => Dependencies(cluster, release, all)).Concat(Same(cluster, own))
            .Concat(own.SelectMany(release => Values(cluster, release)));
    }

    /// <summary>
    /// Another repository may deliver a release. Without a written namespace, one of that name in another namespace of the tree is meant.
    /// </summary>
    private static IEnumerable<Finding> Dependencies(ClusterView cluster, Manifest release, Manifest[] all) =>
        from needed in release.Body.MappingsAt("spec", "dependsOn")
        let name = needed.TextAt("name") ?? ""
        let @namespace = needed.TextAt("namespace") ?? release.Namespace
        where name.Length > 0 && !Array.Exists(all, other => other.Name == name && other.Namespace == @namespace)
        let elsewhere = Array.Find(all, other => other.Name == name)
        let isForgotten = elsewhere is not null && needed.TextAt("namespace") is null
        select Report.At(
            needed,
            Missing,
            $"{release.Id.Title} depends on HelmRelease {@namespace}/{name}, which cluster {cluster.Name} does not have: it is not "
                + "installed before that one is ready.",
            isForgotten ? $"Write 'namespace: {elsewhere!.Namespace}' beside the name."
                : elsewhere is not null ? $"The tree has {name} in the namespace {elsewhere.Namespace}. If another repository delivers "
                    + "this one, keep the finding back (lint.ignore)."
                : Suggestion.For(name, all.Where(other => other.Namespace == @namespace).Select(other => other.Name)) is { } near
                ? $"Did you mean {near}?"
                : "Name a release of the tree, or delete it. If another repository delivers that release, keep the finding back "
                    + "(lint.ignore).") with
        { Severity = isForgotten ? Severity.Error : Severity.Warning };

    /// <summary>
    /// Helm finds a release by its name in the namespace of its records (storageNamespace, else that of the HelmRelease). With other
    /// records it adopts objects whose annotations have the same name and namespace of a release, and one chart makes the same objects.
    /// </summary>
    private static IEnumerable<Finding> Same(ClusterView cluster, IEnumerable<Manifest> releases)
    {
        var known = new List<(Manifest Manifest, HelmRelease Release)>();
        foreach (var manifest in releases.Where(manifest => manifest.Body.TextAt("spec", "suspend") != "true"))
        {
            var release = new HelmRelease { Manifest = manifest, Chart = null, Values = [], HasAllValues = false };
            var other = known.Find(pair => pair.Manifest.Id != manifest.Id && pair.Release.Name == release.Name
                && KubeConfigOf(pair.Manifest) == KubeConfigOf(manifest)
                && (StorageOf(pair.Manifest) == StorageOf(manifest)
                    || (pair.Release.Namespace == release.Namespace && ChartOf(cluster, pair.Manifest) is { } chart
                        && chart == ChartOf(cluster, manifest))));
            if (other.Manifest is { } first)
            {
                yield return Report.At(
                    manifest,
                    ["spec", manifest.Body.At("spec", "releaseName") is null ? "targetNamespace" : "releaseName"],
                    Twice,
                    $"{manifest.Id.Title} makes the release {release.Name} in {release.Namespace}, as {first.Id.Title} does: each upgrade "
                        + "of one overwrites or deletes the objects of the other.",
                    $"Keep one of the two, or give this one another releaseName; a patch may change {first.Id.Title}.");
            }

            known.Add((manifest, release));
        }
    }

    private static string StorageOf(Manifest release) => release.Body.TextAt("spec", "storageNamespace") ?? release.Namespace;

    private static string? KubeConfigOf(Manifest release) => release.Body.At("spec", "kubeConfig")?.ToJson()?.ToJsonString();

    private static string? ChartOf(ClusterView cluster, Manifest release) =>
        ChartReference.Of(release.Body, cluster.Cluster.FindBody)?.Name
            ?? ChartReference.NameIn(ChartReference.SpecOf(release.Body, cluster.Cluster.FindBody).Spec);

    private static IEnumerable<Finding> Values(ClusterView cluster, Manifest release) =>
        from reference in release.Body.MappingsAt("spec", "valuesFrom")
        let kind = reference.TextAt("kind") ?? ""
        let name = reference.TextAt("name") ?? ""
        where name.Length > 0 && cluster.Find(kind, release.Namespace, name) is null
        let other = cluster.Applied.FirstOrDefault(resource => resource.Kind == kind && resource.Namespace == release.Namespace
            && resource.Name != name && resource.Earlier.Any(earlier => earlier.Name == name))
        where other is not null
        select Report.At(
            reference,
            Renamed,
            $"{release.Id.Title} reads its values from {kind} {release.Namespace}/{name}, and kustomize gives that one the name "
                + $"{other.Name}: the release is not installed.",
            other.NeedsHash ? "Write 'options: {disableNameSuffixHash: true}' into the entry of the generator, or a nameReference for "
                    + "spec/valuesFrom/name of HelmReleases into a 'configurations' file."
                : $"Write 'name: {other.Name}'.");
}
