namespace PlatformGitOps.Prober.Commands;

internal sealed record UpstreamLine
{
    public required DateTimeOffset At { get; init; }

    public string? Listening { get; init; }

    public string? Name { get; init; }

    public string? Type { get; init; }

    public string? From { get; init; }

    public bool? OverTcp { get; init; }
}
