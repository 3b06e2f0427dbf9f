using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>One chart at one version from one place.</summary>
public sealed record ChartPin
{
    public required SemVer Version { get; init; }

    /// <summary>Never automatic here: the reader has chosen.</summary>
    public required ChartSource Source { get; init; }

    /// <summary>The repository without the chart name for HTTP; with it, and with <c>oci://</c>, for OCI.</summary>
    public required string Url { get; init; }

    /// <summary><c>sha256:</c> and 64 hex digits of the OCI manifest (not of the chart archive); OCI only.</summary>
    public string? Digest { get; init; }

    /// <summary>Whose cosign signature the chart must carry; OCI only.</summary>
    public CosignIdentity? Verify { get; init; }
}
