using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Definition;

/// <summary>What came of reading a definition: a platform, or what is wrong with the file.</summary>
public abstract record PlatformReading
{
    private PlatformReading()
    {
    }

    /// <summary>The definition has no finding.</summary>
    public sealed record Sound(Platform Platform) : PlatformReading;

    /// <summary>Every finding, in the order of the file; never empty.</summary>
    public sealed record Refused(ImmutableArray<Finding> Findings) : PlatformReading;
}
