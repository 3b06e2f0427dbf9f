using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>Serves the clusters' trees to Flux, instead of the definition's source.</summary>
public interface ITreeServer : IAsyncDisposable
{
    /// <summary>The definition's source, changed to this server.</summary>
    SourceRepository Source(SourceRepository defined, string role);

    /// <summary>The Secrets in flux-system for such a source.</summary>
    Task<IReadOnlyList<Resource>> Secrets(SourceRepository source, CancellationToken cancellationToken);

    /// <summary>Publishes exactly these files.</summary>
    /// <returns>The end of the revision that Flux then reports: the commit id, or the artifact's digest.</returns>
    Task<string> Publish(
        SourceRepository source, string role, IEnumerable<GeneratedFile> files, TreeSigner signer, CancellationToken cancellationToken);
}

/// <summary>The signer of a published tree.</summary>
public enum TreeSigner
{
    Nobody,

    /// <summary>The suite's key of this run.</summary>
    Suite,

    /// <summary>Another key of the suite, which is in no Secret.</summary>
    Stranger,
}

/// <summary>Builds the Secrets of a source.</summary>
internal static class SourceSecret
{
    /// <summary>One key of a Secret; server-side apply keeps its other keys.</summary>
    public static Resource Of(string name, string key, string text) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Layout.FluxNamespace },
        ["stringData"] = new JsonObject { [key] = text },
    });
}
