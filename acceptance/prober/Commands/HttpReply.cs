namespace PlatformGitOps.Prober.Commands;

internal sealed record HttpReply
{
    public required string Url { get; init; }

    /// <summary>Null when there was no answer; <see cref="Problem"/> says why.</summary>
    public int? Status { get; init; }

    public string? Body { get; init; }

    public long Micros { get; init; }

    public string? Problem { get; init; }
}
