using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>Where Flux fetches this tree from.</summary>
public sealed record SourceRepository
{
    public required SourceKind Kind { get; init; }

    /// <summary><c>https://</c> or <c>ssh://</c> for Git, <c>oci://</c> for OCI.</summary>
    public required string Url { get; init; }

    /// <summary>A Git branch; null where a tag is followed.</summary>
    public string? Branch { get; init; }

    /// <summary>A Git tag or an OCI tag; null where a branch is followed.</summary>
    public string? Tag { get; init; }

    public required Duration Interval { get; init; }

    /// <summary>The Secret in flux-system that holds the credentials; the secret itself never stands in the definition.</summary>
    public DnsName? SecretName { get; init; }
}
