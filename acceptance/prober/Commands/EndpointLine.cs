namespace PlatformGitOps.Prober.Commands;

/// <summary>From when on a health page answers how.</summary>
internal sealed record EndpointLine
{
    public const string Failed = "fail";
    public const string Hung = "hang";
    public const string Recovered = "recover";

    public required DateTimeOffset At { get; init; }

    /// <summary><c>recover</c>, <c>fail</c> or <c>hang</c>.</summary>
    public required string State { get; init; }

    /// <summary>In the first line.</summary>
    public int? Port { get; init; }
}
