namespace PlatformGitOps.Acceptance.Criteria.Policies;

/// <summary>Who sends a packet to a DNS pod.</summary>
/// <param name="Namespace">The pod's namespace; null for what is no pod.</param>
/// <param name="Entity">Cilium's word for what is no pod: host or world.</param>
public sealed record Source(string? Namespace, string? Entity)
{
    public static readonly Source Workload = new("some-workload", null);
    public static readonly Source World = new(null, "world");
    public static readonly Source Node = new(null, "host");

    public static Source Monitoring(string name) => new(name, null);

    /// <summary>A node's or a foreign address, for ipBlocks.</summary>
    public string? Address => Entity switch
    {
        "world" => "203.0.113.7",
        "host" => "172.18.0.2",
        _ => null,
    };
}
