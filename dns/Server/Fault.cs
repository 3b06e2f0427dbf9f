using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Server;

/// <summary>What the server does to an answer before it sends it.</summary>
public sealed record Fault
{
    public static Fault None { get; } = new();

    /// <summary>The question is never answered.</summary>
    public bool Drop { get; init; }

    /// <summary>The answer's TC bit is set and its records are left out, on UDP only.</summary>
    public bool Truncate { get; init; }

    /// <summary>The answer's TC bit is set and it ends inside its last record, on UDP only (some servers cut at an octet count).</summary>
    public bool CutInsideRecord { get; init; }

    /// <summary>The answer carries another id than the question.</summary>
    public bool WrongId { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>The answer is this code without records.</summary>
    public ResponseCode? ResponseCode { get; init; }

    /// <summary>
    /// Reads <c>drop</c>, <c>truncate</c>, <c>cut</c>, <c>wrong-id</c>, <c>servfail</c>, <c>refused</c>, <c>nxdomain</c> or <c>delay-N</c>
    /// (milliseconds); null for anything else.
    /// </summary>
    public static Fault? TryParse(string text) => text switch
    {
        "drop" => new Fault { Drop = true },
        "truncate" => new Fault { Truncate = true },
        "cut" => new Fault { CutInsideRecord = true },
        "wrong-id" => new Fault { WrongId = true },
        "servfail" => new Fault { ResponseCode = Messages.ResponseCode.ServerFailure },
        "refused" => new Fault { ResponseCode = Messages.ResponseCode.Refused },
        "nxdomain" => new Fault { ResponseCode = Messages.ResponseCode.NameError },
        _ when text.StartsWith("delay-", StringComparison.Ordinal) && ushort.TryParse(text.AsSpan(6), out var ms) =>
            new Fault { Delay = TimeSpan.FromMilliseconds(ms) },
        _ => null,
    };
}
