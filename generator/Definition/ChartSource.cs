namespace PlatformGitOps.Generator.Definition;

/// <summary>What kind of place a chart is fetched from.</summary>
public enum ChartSource
{
    /// <summary>An HTTP chart repository with an index.</summary>
    Http,

    /// <summary>An OCI registry.</summary>
    Oci,
}
