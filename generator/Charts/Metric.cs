using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Charts;

/// <summary>A metric family that a program exports.</summary>
/// <param name="Name">Without the suffixes of a histogram.</param>
/// <param name="IsHistogram">True where it is exported as <c>_bucket</c>, <c>_sum</c> and <c>_count</c>.</param>
/// <param name="Labels">The labels that the program itself gives.</param>
public sealed record Metric(string Name, bool IsHistogram, ImmutableArray<string> Labels)
{
    /// <summary>The names under which its series can be asked for.</summary>
    public IEnumerable<string> Series => IsHistogram ? [Name + "_bucket", Name + "_sum", Name + "_count"] : [Name];
}
