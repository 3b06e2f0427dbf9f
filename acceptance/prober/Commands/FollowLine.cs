namespace PlatformGitOps.Prober.Commands;

/// <summary>What a server answers from this moment on.</summary>
internal sealed record FollowLine
{
    public required DateTimeOffset At { get; init; }

    public required string Server { get; init; }

    /// <summary>As it was asked for.</summary>
    public required string Name { get; init; }

    /// <summary>As in <see cref="ResolveAnswer.Outcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Sorted.</summary>
    public required string[] Answers { get; init; }
}
