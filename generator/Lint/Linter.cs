using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Flux.Substitution;
using PlatformGitOps.Generator.Lint.Rules;

namespace PlatformGitOps.Generator.Lint;

/// <summary>The findings of a tree.</summary>
/// <param name="OfClusters">The findings in each cluster's objects, by its name.</param>
/// <param name="OfFiles">The findings in files, whether a cluster uses them or not.</param>
public sealed record LintedTree(
    ImmutableSortedDictionary<string, ImmutableArray<Finding>> OfClusters, ImmutableArray<Finding> OfFiles)
{
    /// <summary>All findings by file and position, each once even if many clusters have it.</summary>
    public ImmutableArray<Finding> InOrder() =>
    [
        .. OfClusters.Values.SelectMany(findings => findings).Concat(OfFiles)
            .Distinct()
            .OrderBy(finding => finding.File, StringComparer.Ordinal)
            .ThenBy(finding => (finding.Position.Line, finding.Position.Column))
            .ThenBy(finding => finding.Rule, StringComparer.Ordinal)
            .ThenBy(finding => finding.Message, StringComparer.Ordinal),
    ];
}

/// <summary>All offline checks of a tree, with its hand edits.</summary>
public static class Linter
{
    /// <summary>The rule of a finding about a cluster that is not in the tree.</summary>
    public const string RuleClusterMissing = "cluster-missing";

    /// <summary>A finding for each cluster of the definition that the tree does not have, so that it is not checked.</summary>
    public static IEnumerable<Finding> Missing(Platform platform, SourceTree tree, IReadOnlyCollection<string> inTree) => platform.Clusters
        .Select(cluster => cluster.Name.Text).Except(inTree)
        .Select(name => (name, Line: tree.LineAgainst(Layout.ClusterFolder(name)))).Select(missing => new Finding
        {
            Rule = RuleClusterMissing,
            File = Layout.ClusterFolder(missing.name),
            Message = missing.Line is { } line
                ? $"{line} leaves the folder of cluster {missing.name} out of what Flux fetches: nothing of it was checked."
                : $"Cluster {missing.name} of the definition is not in the tree: nothing of it was checked.",
            Fix = missing.Line?.FixFor(Layout.ClusterFolder(missing.name)) ?? "Run generate.",
        });

    /// <summary>All findings, by file and position, each once even if many clusters have it.</summary>
    public static ImmutableArray<Finding> Check(SourceTree tree, LintOptions options) => Check(tree, options, LintRules.All);

    public static ImmutableArray<Finding> Check(
        SourceTree tree, LintOptions options, IEnumerable<LintRule> rules, IEnumerable<string>? clusters = null) =>
        CheckAll(tree, options, rules, clusters).InOrder();

    /// <summary>The same, separate for each cluster.</summary>
    public static LintedTree CheckAll(
        SourceTree tree, LintOptions options, IEnumerable<LintRule> rules, IEnumerable<string>? clusters = null)
    {
        var flux = new FluxTree(tree);
        return new LintedTree(
            CheckClusters(flux, tree, options, rules, clusters ?? flux.Clusters()),
            [.. flux.Unreadable(), .. Guard(SubstrateFileRules.Name, null, () => SubstrateFileRules.Check(tree)),
                .. Guard(UnusedFileRules.Name, null, () => UnusedFileRules.Check(tree)),
                .. Guard(DnsPolicyRules.Name, null, () => DnsPolicyRules.Check(tree))]);
    }

    /// <summary>The last result of a tree, with some of its clusters checked again.</summary>
    /// <param name="known">The last result.</param>
    /// <param name="tree">The current tree; it only differs in the folders and overlays of these clusters.</param>
    /// <param name="options">As the tree was checked before.</param>
    /// <param name="rules">As the tree was checked before.</param>
    /// <param name="clusters">The clusters to check again.</param>
    public static LintedTree CheckAgain(
        LintedTree known, SourceTree tree, LintOptions options, IEnumerable<LintRule> rules, IReadOnlyCollection<string> clusters)
    {
        var flux = new FluxTree(tree);
        string[] folders = [.. clusters.SelectMany(name => new[] { Layout.ClusterFolder(name), Layout.OverlayFolder(name) })];
        return new LintedTree(
            known.OfClusters.SetItems(CheckClusters(flux, tree, options, rules, clusters)),
            [
                .. known.OfFiles.Where(finding => !folders.Any(folder => finding.File.StartsWith($"{folder}/", StringComparison.Ordinal))),
                .. flux.Unreadable(folders.SelectMany(tree.FilesBelow)),
                .. Guard(UnusedFileRules.Name, null, () => UnusedFileRules.Check(tree, folders.SelectMany(tree.FilesBelow))),
            ]);
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<Finding>> CheckClusters(
        FluxTree flux, SourceTree tree, LintOptions options, IEnumerable<LintRule> rules, IEnumerable<string> clusters)
    {
        var text = new TreeText(tree);
        // PLINQ's own SelectMany does not compile with native AOT.
        return clusters.AsParallel()
            .Select(name => KeyValuePair.Create(name, CheckCluster(flux, name, options, text, rules).ToImmutableArray()))
            .AsSequential().ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<Finding> CheckCluster(
        FluxTree tree, string name, LintOptions options, TreeText text, IEnumerable<LintRule> rules)
    {
        ClusterView? view = null;
        var built = Guard("Flux", name, () =>
        {
            // Without strict substitution, so that the other rules get a complete cluster; VariableRules reports undefined variables.
            view = ClusterView.Of(tree.Cluster(name, strict: false), options.In(name), text);
            return view.Layers.SelectMany(layer => layer.BuildFindings
                .Concat(layer.BuildWarnings.Where(warning => IsEverywhere(warning, view)).Select(warning => warning.Finding))
                .Concat(layer.SubstitutionFindings.Where(finding => finding.Rule == ObjectSubstitution.RuleBreaksYaml)));
        });
        if (view is null)
        {
            return built;
        }

        var isWhole = view.Layers.All(layer => layer.BuildFindings.IsEmpty);
        Finding[] found = [.. rules.SelectMany(rule => Guard(rule.Name, name, () => rule.Check(view)))
            .Where(finding => isWhole || !LintRules.OfAbsence.Contains(finding.Rule))];
        var isWithoutNames = found.Any(finding => finding.Rule == CorefileRules.Names);
        // What Kubernetes does not have is no field that a patch is to add.
        var unknown = found.Where(finding => finding.Rule == TypeRules.Unknown)
            .Select(finding => (finding.File, finding.Subject)).ToHashSet();
        return WithOneAdvice(built.Select(view.Shared.Own)
                .Where(finding => finding.Rule != Layer.RuleReplaceMissing || !unknown.Contains((finding.File, finding.Subject))))
            .Concat(found.Where(finding => !isWithoutNames || !IsOfNames(finding)).Select(view.Shared.Own));
    }

    /// <summary>The layers that have a patch may each have another key that is near to a mistyped one: one place has one of them.</summary>
    private static IEnumerable<Finding> WithOneAdvice(IEnumerable<Finding> findings) => findings
        .GroupBy(finding => finding.Rule == Layer.RuleReplaceMissing ? finding with { Fix = "" } : finding)
        .Select(same => same.FirstOrDefault(finding => finding.Fix.StartsWith(Suggestion.Begins, StringComparison.Ordinal))
            ?? same.First());

    /// <summary>The domain is not used where no server answers for it, which is the finding.</summary>
    private static bool IsOfNames(Finding finding) =>
        finding is { Rule: VariableRules.Unused, Subject: Variables.ClusterDomain };

    /// <summary>
    /// True for a patch that a cluster adds to several Flux Kustomizations by default: it may select nothing in some of them, and may
    /// replace what only one of them has.
    /// </summary>
    private static bool IsEverywhere(PatchWarning warning, ClusterView view)
    {
        var (patch, own) = (PlaceOf(warning, view), view.Shared.Own(warning.Finding));
        return view.Layers
            .Where(layer => layer.Kustomization.Body.MappingsAt("spec", "patches").Any(other => (other.File, other.Position) == patch))
            .All(layer => layer.BuildWarnings.Where(other => PlaceOf(other, view) == patch).Select(other => view.Shared.Own(other.Finding))
                .Any(other => other.Rule == Layer.RulePatchWithoutTarget || other with { Fix = own.Fix } == own));
    }

    private static (string File, Position Position) PlaceOf(PatchWarning warning, ClusterView view) =>
        view.Shared.Own(warning.Patch.File, warning.Patch.Position);

    /// <summary>A fault of a rule must not hide the findings of others.</summary>
    private static Finding[] Guard(string rule, string? cluster, Func<IEnumerable<Finding>> check)
    {
        try
        {
            return [.. check()];
        }
        catch (Exception exception) when (exception is not OperationCanceledException && UnreadableException.In(exception) is null)
        {
            return
            [
                new Finding
                {
                    Rule = Finding.InternalError,
                    File = cluster is null ? "" : Layout.ClusterFolder(cluster),
                    Message =
                        $"The check '{rule}' failed{(cluster is null ? "" : $" on cluster {cluster}")}: " +
                        $"{exception.GetType().Name}: {Printable.Of(exception.Message)}",
                    Fix = "This is a fault of the generator. Report it with the files of the cluster; the other checks still ran.",
                },
            ];
        }
    }
}
