using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Sends the queries of a stub resolver itself: along the search path, until a name has the requested type.</summary>
internal sealed class RawResolver(IPEndPoint? server, TimeSpan timeout)
{
    private readonly StubResolver stub = new(Arguments.ResolvConf().Stub with { Timeout = timeout }, TimeProvider.System);

    public async Task<ResolveAnswer> AskAsync(string name, RecordType type, bool overTcp, CancellationToken cancellationToken)
    {
        var at = Arguments.ServerOrDefault(server);
        await using IDnsTransport transport = overTcp ? new TcpTransport(at) : new FreshUdpTransport(at);
        ResolveAnswer? best = null;
        foreach (var candidate in Arguments.ResolvConf().Candidates(type == RecordType.PTR ? ReverseQuery.Name(name) : name))
        {
            var query = DnsMessage.Query((ushort)Random.Shared.Next(ushort.MaxValue), new Question(DnsName.Parse(candidate), type),
                new Edns().AskForNameServerIdentifier());
            var resolution = await stub.AskAsync(transport, query, cancellationToken);
            var answer = Describe(name, type, overTcp ? "tcp" : "udp", candidate, resolution);
            if (resolution.Final.Outcome == AttemptOutcome.Ok)
            {
                return answer;
            }

            // An existing name without this type is more informative than a missing one.
            best = best is null || resolution.Final.Outcome == AttemptOutcome.NoData ? answer : best;
        }

        return best!;
    }

    private static ResolveAnswer Describe(string name, RecordType type, string via, string candidate, Resolution resolution)
    {
        var (final, response) = (resolution.Final, resolution.Final.Response);
        var answers = response?.Answers.Where(r => r.Type == type).ToArray() ?? [];
        var ttls = (answers.Length > 0 ? response!.Answers : response?.Authorities)?.Select(r => (long)r.Ttl.TotalSeconds).ToArray() ?? [];
        return new ResolveAnswer
        {
            Name = name,
            Type = type.ToString(),
            Via = via,
            Outcome = OutcomeName(final.Outcome),
            Candidate = candidate,
            Answers = [.. answers.Select(r => r.Data.ToString()!).Order(StringComparer.Ordinal)],
            Aliases = response?.Answers.Where(r => r.Type == RecordType.CNAME && type != RecordType.CNAME).Select(r => r.Data.ToString()!)
                .ToArray() is { Length: > 0 } aliases ? aliases : null,
            Ttl = ttls.Length > 0 ? ttls.Min() : null,
            By = final.AnsweredBy,
            Attempts = resolution.Attempts.Length,
            Micros = (long)resolution.Elapsed.TotalMicroseconds,
            Problem = final.Problem,
        };
    }

    private static string OutcomeName(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.NameError => "nxdomain",
        AttemptOutcome.ServerFailure => "servfail",
        AttemptOutcome.OtherError => "error",
        _ => outcome.ToString().ToLowerInvariant(),
    };
}

/// <summary>PTR queries by address.</summary>
internal static class ReverseQuery
{
    private const string V4 = ".in-addr.arpa";

    /// <summary>The reverse name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5); other texts are returned unchanged.</summary>
    public static string Name(string text) => IPAddress.TryParse(text, out var address)
        ? address.AddressFamily == AddressFamily.InterNetwork
            ? string.Join('.', address.GetAddressBytes().AsEnumerable().Reverse()) + V4 + "."
            : string.Concat(address.GetAddressBytes().AsEnumerable().Reverse().Select(b => $"{b & 0xf:x}.{b >> 4:x}.")) + "ip6.arpa."
        : text;

    /// <summary>The address of an IPv4 reverse name; other texts are returned unchanged.</summary>
    public static string Address(string name) =>
        name.TrimEnd('.') is var trimmed && trimmed.EndsWith(V4, StringComparison.OrdinalIgnoreCase)
            ? string.Join('.', trimmed[..^V4.Length].Split('.').AsEnumerable().Reverse())
            : name;
}
