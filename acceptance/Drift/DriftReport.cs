using System.IO.Compression;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>A field whose running value differs from the delivered one.</summary>
/// <param name="Delivered">The value as text; null if nothing was delivered.</param>
/// <param name="Running">The value as text; null if nothing runs.</param>
public sealed record FieldDifference(string Path, string? Delivered, string? Running)
{
    public override string ToString() => $"{Path}: delivered {Delivered ?? "nothing"}, running {Running ?? "nothing"}";
}

/// <summary>All delivered objects, and their differences from the running ones.</summary>
public sealed record DriftReport(IReadOnlyList<DriftReport.Entry> Entries)
{
    /// <param name="Compared">The object, and the compared sources.</param>
    public sealed record Entry(string Compared, IReadOnlyList<FieldDifference> Differences);

    public IReadOnlyList<string> Findings =>
        [.. Entries.SelectMany(entry => entry.Differences.Select(difference => $"{entry.Compared}: {difference}"))];

    /// <summary>
    /// Compares the tree with Helm's record of the release, and then that record's objects and all objects delivered without Helm with
    /// those of the API server.
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

    // helm-controller adds "+digest" to the version of a chart from an OCIRepository.
    private static Resource Compared(JsonObject values, string? chart) =>
        new(new JsonObject { ["chart"] = chart, ["values"] = values.DeepClone() });
}

/// <summary>Helm's record of the last release, from its Secret. helm-controller uses the same format.</summary>
/// <param name="Values">The release's values, without the chart's defaults.</param>
/// <param name="ChartVersion">The version of the rendered chart.</param>
/// <param name="Objects">The applied manifest.</param>
public sealed record DeployedRelease(JsonObject Values, string? ChartVersion, IReadOnlyList<Resource> Objects)
{
    public static async Task<DeployedRelease> Of(KubernetesApi api, string release, string inNamespace, CancellationToken cancellationToken)
    {
        var revisions = await api.List(ResourceKind.Secret, inNamespace, $"owner=helm,name={release},status=deployed", cancellationToken);
        var newest = revisions.MaxBy(revision => int.Parse(revision.Labels["version"], CultureInfo.InvariantCulture))
            ?? throw new NotYetException($"Helm has no release {release} in {inNamespace}");
        return Read(newest.Text("data.release")!, inNamespace);
    }

    /// <param name="encoded">A gzip of JSON, in Helm's base64, in the Secret's base64.</param>
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
