using System.Text;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>Every object that was delivered, and where what runs differs from it.</summary>
public sealed record DriftReport(IReadOnlyList<DriftReport.Entry> Entries)
{
    /// <param name="Compared">The object, and what was compared with what.</param>
    public sealed record Entry(string Compared, IReadOnlyList<FieldDifference> Differences);

    public IReadOnlyList<string> Findings => [.. Entries.SelectMany(entry => entry.Differences.Select(difference => $"{entry.Compared}: {difference}"))];

    /// <summary>
    /// Compares what the tree says with what Helm says that it delivered, and that, with everything that is delivered without Helm,
    /// with what the API server holds.
    /// </summary>
    public static async Task<DriftReport> Of(RenderedCluster tree, IKubernetesApi api, CancellationToken cancellationToken)
    {
        var release = tree.Release;
        var helm = await HelmManifest.Of(api, release.Text("spec.releaseName") ?? release.Name, release.Namespace!, cancellationToken);
        var entries = tree.Chart.Select(model => new Entry($"{model}, the tree against Helm's release", OfModel(model, helm))).ToList();
        foreach (var delivered in helm.Concat(tree.Delivered.Where(resource => !resource.IsOfFlux)))
        {
            var kind = ResourceKind.Of(delivered);
            var running = await api.Get(kind.Named(delivered.Name, kind.Namespaced ? delivered.Namespace : null), cancellationToken);
            entries.Add(new Entry(
                delivered.ToString(), running is null ? [new FieldDifference("the object", "it", null)] : FieldDrift.Of(delivered, running)));
        }

        return new DriftReport(entries);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var entry in Entries)
        {
            text.Append(entry.Differences.Count == 0 ? "same    " : "DRIFT   ").AppendLine(entry.Compared);
            foreach (var difference in entry.Differences)
            {
                text.Append("        ").AppendLine(difference.ToString());
            }
        }

        return text.ToString();
    }

    /// <summary>The model of the chart says less than Helm: what it does not say is not compared.</summary>
    private static IReadOnlyList<FieldDifference> OfModel(Resource model, IReadOnlyList<Resource> helm) =>
        helm.FirstOrDefault(resource => resource.Kind == model.Kind && resource.Name == model.Name) is { } manifest
            ? [.. FieldDrift.Of(model, manifest).Where(difference => difference.Delivered is not null)]
            : [new FieldDifference("the object", "it", null)];
}
