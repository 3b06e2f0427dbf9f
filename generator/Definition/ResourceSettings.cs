using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>Requests and limits of one CoreDNS container.</summary>
public sealed record ResourceSettings
{
    public required Quantity CpuRequest { get; init; }

    public required Quantity MemoryRequest { get; init; }

    /// <summary>Null for no limit: a limit throttles the resolver (see docs/corefile.md).</summary>
    public Quantity? CpuLimit { get; init; }

    public required Quantity MemoryLimit { get; init; }
}
