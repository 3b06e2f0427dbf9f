using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Ports;

/// <summary>One cluster's API server.</summary>
public interface IKubernetesApi : IDisposable
{
    /// <summary>The server's version, such as v1.32.4.</summary>
    Task<string> Version(CancellationToken cancellationToken);

    /// <summary>The resource, or null where there is none (nor its kind).</summary>
    Task<Resource?> Get(ResourceAddress address, CancellationToken cancellationToken);

    /// <summary>All resources of a kind, in one namespace or, with null, in all of them.</summary>
    Task<IReadOnlyList<Resource>> List(ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken);

    /// <summary>Everything there is and then every change, until cancelled; lost connections are taken up again.</summary>
    IAsyncEnumerable<ResourceChange> Watch(ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken);

    /// <summary>Server-side apply as the field manager of the suite, taking over fields that others own.</summary>
    Task<Resource> Apply(ResourceKind kind, Resource resource, CancellationToken cancellationToken);

    /// <summary>JSON merge patch (RFC 7396).</summary>
    Task<Resource> Patch(ResourceAddress address, JsonObject mergePatch, CancellationToken cancellationToken);

    /// <summary>Deletes with the grace period given, or the resource's own; none of that name is no error.</summary>
    Task Delete(ResourceAddress address, TimeSpan? gracePeriod, CancellationToken cancellationToken);

    /// <summary>policy/v1 eviction; false where a PodDisruptionBudget refuses it (429).</summary>
    Task<bool> Evict(string inNamespace, string pod, CancellationToken cancellationToken);

    Task<string> Logs(string inNamespace, string pod, string? container, bool previous, CancellationToken cancellationToken);

    /// <summary>GET on a port of a pod, through the API server's proxy.</summary>
    Task<HttpAnswer> GetFromPod(string inNamespace, string pod, int port, string path, CancellationToken cancellationToken);

    /// <summary>Runs a program in a container; null is the pod's only one. The exit code is part of the answer.</summary>
    Task<CommandResult> Exec(string inNamespace, string pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken);
}
