using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Drift;

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
