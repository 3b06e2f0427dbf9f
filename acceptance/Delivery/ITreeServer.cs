using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>Serves the trees of the clusters to Flux, in place of the definition's source.</summary>
public interface ITreeServer : IAsyncDisposable
{
    /// <summary>The definition's source, as Flux finds it here.</summary>
    SourceRepository Source(SourceRepository defined, string role);

    /// <summary>The Secrets in flux-system that such a source needs.</summary>
    Task<IReadOnlyList<Resource>> Secrets(SourceRepository source, CancellationToken cancellationToken);

    /// <summary>Makes these files, and no others, what the source has.</summary>
    /// <returns>How the revision ends that Flux then reports: the id of the commit, or the digest of the artifact.</returns>
    Task<string> Publish(
        SourceRepository source, string role, IEnumerable<GeneratedFile> files, TreeSigner signer, CancellationToken cancellationToken);
}

/// <summary>Who signs what is published.</summary>
public enum TreeSigner
{
    Nobody,

    /// <summary>The suite, with the key of this run.</summary>
    Suite,

    /// <summary>The suite with another key, which no Secret has.</summary>
    Stranger,
}

/// <summary>The Secrets of a source.</summary>
internal static class SourceSecret
{
    /// <summary>One key of a Secret; what else the Secret has in the cluster stays.</summary>
    public static Resource Of(string name, string key, string text) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Layout.FluxNamespace },
        ["stringData"] = new JsonObject { [key] = text },
    });
}
