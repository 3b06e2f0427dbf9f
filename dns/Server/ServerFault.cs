namespace PlatformGitOps.Dns.Server;

/// <summary>A fault that the server injects into an answer.</summary>
public sealed record ServerFault
{
    public static ServerFault None { get; } = new();

    /// <summary>The query is never answered.</summary>
    public bool Drop { get; init; }

    /// <summary>The answer's TC bit is set and its records are left out, on UDP only.</summary>
    public bool Truncate { get; init; }

    /// <summary>The answer's TC bit is set and it ends inside its last record, on UDP only (some servers cut at an octet count).</summary>
    public bool CutInsideRecord { get; init; }

    /// <summary>The answer has another id than the query.</summary>
    public bool WrongId { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>The answer has this code and no records.</summary>
    public ResponseCode? ResponseCode { get; init; }

    /// <summary>
    /// Parses <c>drop</c>, <c>truncate</c>, <c>cut</c>, <c>wrong-id</c>, <c>servfail</c>, <c>refused</c>, <c>nxdomain</c> or <c>delay-N</c>
    /// (milliseconds); null for anything else.
    /// </summary>
    public static ServerFault? TryParse(string text) => text switch
    {
        "drop" => new ServerFault { Drop = true },
        "truncate" => new ServerFault { Truncate = true },
        "cut" => new ServerFault { CutInsideRecord = true },
        "wrong-id" => new ServerFault { WrongId = true },
        "servfail" => new ServerFault { ResponseCode = Messages.ResponseCode.ServerFailure },
        "refused" => new ServerFault { ResponseCode = Messages.ResponseCode.Refused },
        "nxdomain" => new ServerFault { ResponseCode = Messages.ResponseCode.NameError },
        _ when text.StartsWith("delay-", StringComparison.Ordinal) && ushort.TryParse(text.AsSpan(6), out var ms) =>
            new ServerFault { Delay = TimeSpan.FromMilliseconds(ms) },
        _ => null,
    };
}

/// <summary>
/// The query's name selects the fault: by its first label that is one, such as <c>servfail.example.test</c> or
/// <c>delay-200.example.test</c>. So a server in a cluster needs no control channel.
/// </summary>
public static class FaultsByName
{
    public static ServerFault For(ReceivedQuery received) =>
        received.Query.Questions is [{ Name: var name }, ..]
            ? name.Labels.Select(label => ServerFault.TryParse(label.ToLowerInvariant())).FirstOrDefault(fault => fault is not null)
                ?? ServerFault.None
            : ServerFault.None;
}
