namespace PlatformGitOps.Dns.Server;

/// <summary>
/// Lets the question choose its fault: the first label that reads as one, such as <c>servfail.example.test</c> or
/// <c>delay-200.example.test</c>, is what happens. So a server in a cluster needs no control channel.
/// </summary>
public static class FaultsByName
{
    public static ServerFault For(ReceivedQuery received) =>
        received.Query.Questions is [{ Name: var name }, ..]
            ? name.Labels.Select(label => ServerFault.TryParse(label.ToLowerInvariant())).FirstOrDefault(fault => fault is not null)
                ?? ServerFault.None
            : ServerFault.None;
}
