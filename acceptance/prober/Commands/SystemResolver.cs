using System.Net.Sockets;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Prober.Commands;

/// <summary>getaddrinfo and getnameinfo of the linked C library, which reads resolv.conf and /etc/hosts itself.</summary>
internal static class SystemResolver
{
    public static bool Knows(RecordType type) => type is RecordType.A or RecordType.AAAA or RecordType.PTR;

    public static async Task<ResolveAnswer> AskAsync(string name, RecordType type, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var answer = new ResolveAnswer { Name = name, Type = type.ToString(), Via = "system", Outcome = "ok", Answers = [] };
        try
        {
            answer = answer with { Answers = [.. (await AnswersAsync(name, type, cancellationToken)).Order(StringComparer.Ordinal)] };
        }
        catch (SocketException problem)
        {
            answer = answer with { Outcome = Outcome(problem.SocketErrorCode), Problem = problem.SocketErrorCode.ToString() };
        }

        return answer with { Micros = (long)TimeProvider.System.GetElapsedTime(start).TotalMicroseconds };
    }

    private static async Task<IEnumerable<string>> AnswersAsync(string name, RecordType type, CancellationToken cancellationToken)
    {
        if (type == RecordType.PTR)
        {
            return [(await System.Net.Dns.GetHostEntryAsync(ReverseQuery.Address(name), cancellationToken)).HostName];
        }

        var family = type == RecordType.A ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        return (await System.Net.Dns.GetHostAddressesAsync(name, family, cancellationToken)).Select(a => a.ToString());
    }

    /// <summary>EAI_NONAME means NXDOMAIN or NODATA, EAI_AGAIN means SERVFAIL or a time-out.</summary>
    private static string Outcome(SocketError error) => error switch
    {
        SocketError.HostNotFound => "nxdomain",
        SocketError.NoData => "nodata",
        SocketError.TryAgain => "tryagain",
        _ => "error",
    };
}
