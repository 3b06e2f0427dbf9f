namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>One answer as the prober prints it.</summary>
/// <param name="Via">system (getaddrinfo of the C library), udp or tcp.</param>
/// <param name="Outcome">ok, nodata, nxdomain, servfail, timeout ...</param>
/// <param name="Ttl">Seconds: the smallest of the answers, or of the SOA of a negative answer.</param>
public sealed record DnsAnswer(
    string Name, string Type, string Via, string Outcome, IReadOnlyList<string> Answers, IReadOnlyList<string>? Aliases, long? Ttl,
    string? Problem)
{
    public override string ToString() =>
        $"{Name}/{Type} via {Via}: {Outcome} [{string.Join(", ", Answers)}]{(Problem is null ? "" : $" ({Problem})")}";
}
