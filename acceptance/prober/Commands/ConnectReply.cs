namespace PlatformGitOps.Prober.Commands;

internal sealed record ConnectReply
{
    public required string Target { get; init; }

    /// <summary><c>open</c>, <c>timeout</c> (what a dropping policy looks like), or the operating system's word, such as
    /// <c>ConnectionRefused</c>.</summary>
    public required string Outcome { get; init; }

    public long Micros { get; init; }
}
