using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>Requests and limits as far as they could be read.</summary>
internal sealed record ResourceDraft
{
    public required Located<Quantity>? CpuRequest { get; init; }

    public required Located<Quantity>? MemoryRequest { get; init; }

    /// <summary>Null also for <c>none</c>.</summary>
    public required Located<Quantity>? CpuLimit { get; init; }

    public required Located<Quantity>? MemoryLimit { get; init; }
}
