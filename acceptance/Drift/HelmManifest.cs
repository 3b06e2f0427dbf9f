using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>What Helm delivered last, as it says itself: the manifest in the release's Secret, which helm-controller writes in the same form.</summary>
public static class HelmManifest
{
    public static async Task<IReadOnlyList<Resource>> Of(IKubernetesApi api, string release, string inNamespace, CancellationToken cancellationToken)
    {
        var revisions = await api.List(ResourceKind.Secret, inNamespace, $"owner=helm,name={release},status=deployed", cancellationToken);
        var newest = revisions.MaxBy(revision => int.Parse(revision.Labels["version"], System.Globalization.CultureInfo.InvariantCulture))
            ?? throw new NotYetException($"Helm has no release {release} in {inNamespace}");
        return Read(newest.Text("data.release")!, inNamespace);
    }

    /// <param name="encoded">The Secret's base64 over Helm's own base64 over a gzip of JSON.</param>
    public static IReadOnlyList<Resource> Read(string encoded, string inNamespace)
    {
        var packed = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String(encoded)));
        using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var manifest = (string)JsonSerializer.Deserialize<JsonObject>(unpacked)!["manifest"]!;
        var resources = YamlDocuments.Resources(manifest);
        foreach (var resource in resources.Where(resource => resource.Namespace is null && ResourceKind.Of(resource).Namespaced))
        {
            resource.Document["metadata"]!["namespace"] = inNamespace;
        }

        return resources;
    }
}
