namespace PlatformGitOps.Dns.Client;

/// <summary>How long and how often a stub resolver tries; the defaults are those of resolv.conf(5), which pods get unless their dnsConfig
/// says otherwise.</summary>
public sealed record StubOptions
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Questions sent in all, not repetitions.</summary>
    public int Attempts { get; init; } = 2;
}
