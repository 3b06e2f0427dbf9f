using System.IO.Compression;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>One field whose running value is not the delivered one.</summary>
/// <param name="Delivered">The value as text; null if nothing was delivered.</param>
/// <param name="Running">The value as text; null if nothing runs.</param>
public sealed record FieldDifference(string Path, string? Delivered, string? Running)
{
    public override string ToString() => $"{Path}: delivered {Delivered ?? "nothing"}, running {Running ?? "nothing"}";
}

/// <summary>Every object that was delivered, and where what runs differs from it.</summary>
public sealed record DriftReport(IReadOnlyList<DriftReport.Entry> Entries)
{
    /// <param name="Compared">The object, and what was compared with what.</param>
    public sealed record Entry(string Compared, IReadOnlyList<FieldDifference> Differences);

    public IReadOnlyList<string> Findings =>
        [.. Entries.SelectMany(entry => entry.Differences.Select(difference => $"{entry.Compared}: {difference}"))];

    /// <summary>
    /// Compares the tree with Helm's record of the release, and the objects of that record, with everything that is delivered without
    /// Helm, with those that the API server holds.
    /// </summary>
    public static async Task<DriftReport> Of(RenderedCluster tree, KubernetesApi api, CancellationToken cancellationToken)
    {
        var release = tree.Release;
        var helm = await DeployedRelease.Of(api, release.Text("spec.releaseName") ?? release.Name, release.Namespace!, cancellationToken);
        List<Entry> entries = [OfRelease(tree, helm), .. ChartOutput.Compare(tree, helm.Objects)];
        foreach (var delivered in helm.Objects.Concat(tree.Delivered.Where(resource => !resource.IsOfFlux)))
        {
            var kind = ResourceKind.Of(delivered);
            var running = await api.Get(kind.Named(delivered.Name, kind.Namespaced ? delivered.Namespace : null), cancellationToken);
            entries.Add(new Entry(
                delivered.ToString(),
                running is null ? [new FieldDifference("the object", "it", null)] : FieldDrift.Of(delivered, running)));
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

    private static Entry OfRelease(RenderedCluster tree, DeployedRelease helm) => new(
        $"{tree.Release}, the tree against Helm's release",
        FieldDrift.Of(
            Compared(tree.Values.Document, tree.Platform.Charts["coredns"].Version.ToString()),
            Compared(helm.Values, helm.ChartVersion?.Split('+')[0])));

    // helm-controller adds "+digest" to the version of a chart that comes from an OCIRepository.
    private static Resource Compared(JsonObject values, string? chart) =>
        new(new JsonObject { ["chart"] = chart, ["values"] = values.DeepClone() });
}

/// <summary>Helm's own record of what it delivered last, from the release's Secret. helm-controller writes it in the same form.</summary>
/// <param name="Values">The values that the release was given, without the chart's defaults.</param>
/// <param name="ChartVersion">The version of the chart that was rendered.</param>
/// <param name="Objects">The manifest that was applied.</param>
public sealed record DeployedRelease(JsonObject Values, string? ChartVersion, IReadOnlyList<Resource> Objects)
{
    public static async Task<DeployedRelease> Of(KubernetesApi api, string release, string inNamespace, CancellationToken cancellationToken)
    {
        var revisions = await api.List(ResourceKind.Secret, inNamespace, $"owner=helm,name={release},status=deployed", cancellationToken);
        var newest = revisions.MaxBy(revision => int.Parse(revision.Labels["version"], CultureInfo.InvariantCulture))
            ?? throw new NotYetException($"Helm has no release {release} in {inNamespace}");
        return Read(newest.Text("data.release")!, inNamespace);
    }

    /// <param name="encoded">The Secret's base64 over Helm's own base64 over a gzip of JSON.</param>
    public static DeployedRelease Read(string encoded, string inNamespace)
    {
        var packed = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String(encoded)));
        using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var record = new Resource(JsonSerializer.Deserialize<JsonObject>(unpacked)!);
        var objects = YamlDocuments.Resources(record.Text("manifest")!);
        foreach (var resource in objects.Where(resource => resource.Namespace is null && ResourceKind.Of(resource).Namespaced))
        {
            resource.Document["metadata"]!["namespace"] = inNamespace;
        }

        return new DeployedRelease(record.Part("config")?.Document ?? [], record.Text("chart.metadata.version"), objects);
    }
}
