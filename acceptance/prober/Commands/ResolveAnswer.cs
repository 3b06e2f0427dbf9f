namespace PlatformGitOps.Prober.Commands;

/// <summary>What one way of asking for one name gave.</summary>
internal sealed record ResolveAnswer
{
    /// <summary>As it was asked for.</summary>
    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary><c>system</c> (getaddrinfo of the C library), <c>udp</c> or <c>tcp</c>.</summary>
    public required string Via { get; init; }

    /// <summary><c>ok</c>, <c>nodata</c>, <c>nxdomain</c>, <c>servfail</c>, <c>refused</c>, <c>timeout</c> and so on.</summary>
    public required string Outcome { get; init; }

    /// <summary>The name of the search path that gave this outcome.</summary>
    public string? Candidate { get; init; }

    /// <summary>The record data of the type asked for, or the addresses, sorted.</summary>
    public required string[] Answers { get; init; }

    /// <summary>The names a CNAME chain went through.</summary>
    public string[]? Aliases { get; init; }

    /// <summary>Seconds: the smallest TTL of the answers, or of the SOA of a negative answer.</summary>
    public long? Ttl { get; init; }

    public string? By { get; init; }

    public int? Attempts { get; init; }

    public long Micros { get; init; }

    public string? Problem { get; init; }
}
