using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A client outside of the clusters.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(OutsideId, "A client outside of the clusters reaches what a program registered, by its name",
    "HTTP 200, with both servers and with the secondary alone; not found once it is deleted", Needs = Feature.Substrate)]
public static class RegisteredNames
{
    internal const string OutsideId = "Substrate.35";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("answers for the servers' own hosts alone", OutsideId, "the client sees what is registered", "primary/knot.conf",
            "address: [\"192.168.10.0/24\"]", "address: [\"192.168.10.11\", \"192.168.10.12\"]"),
        Of("a child that the primary alone has", OutsideId, "is at both servers", "secondary/knot.conf",
            "  - domain: apps.globular.internal\n", ""),
    ];

    [HostCheck(OutsideId,
        "http://myapp in the child, from a client that takes the two servers as its resolvers: before the child's key writes the "
            + "address of a web server, afterwards, with the primary stopped, when the address moves, and when it is deleted")]
    public static async Task IsReachedFromOutside(SubstratePair pair, CancellationToken cancellationToken)
    {
        var name = $"myapp.{pair.Child}";
        await using var first = await Web(pair, name, pair.Application(0), cancellationToken);
        await using var second = await Web(pair, name, pair.Application(1), cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = Connect, PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttp, name, pair.Port).Uri,
        };

        (await Seen()).ShouldBe("no address");
        await Write($"update add {name}. 60 A {pair.Application(0)}");
        await Sees(pair.Application(0), "the client");
        await Write($"update delete {name}. A", $"update add {name}. 60 A {pair.Application(1)}");
        await Sees(pair.Application(1), "the client after the address moved");
        // The secondary has the record before the primary stops.
        await pair.AtBoth(name, "A", [pair.Application(1)], cancellationToken);
        await pair.Service("primary", "stop", cancellationToken);
        await Sees(pair.Application(1), "the client with the secondary alone");
        await pair.Service("primary", "start", cancellationToken);
        await Eventually.Within(Soon, async token => (await pair.Ask(pair.Primary, name, "A", token)).ShouldNotBeEmpty(),
            "the primary is back", cancellationToken);
        await Write($"update delete {name}. A");
        await Sees("no address", "the client after it was deleted");

        Task Write(params string[] lines) => pair.Write(cancellationToken, lines);

        Task Sees(string expected, string who) =>
            Eventually.Within(Soon, async _ => (await Seen()).ShouldBe(expected), $"{who} sees what is registered", cancellationToken);

        async Task<string> Seen()
        {
            try
            {
                using var answer = await client.GetAsync("/", cancellationToken);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                return await answer.Content.ReadAsStringAsync(cancellationToken);
            }
            catch (HttpRequestException exception)
                when (exception.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound })
            {
                return "no address";
            }
        }

        // Like a stub resolver: uses the second server if the first one does not answer, but not if it knows no address.
        async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken token)
        {
            foreach (var server in new[] { pair.Primary, pair.Secondary })
            {
                var answer = await pair.Answer(server, pair.Client, token, context.DnsEndPoint.Host, "A");
                if (!answer.Contains("status: "))
                {
                    continue;
                }

                if (Regex.Match(answer, @"\sIN\s+A\s+([0-9.]+)$", RegexOptions.Multiline) is not { Success: true } found)
                {
                    break;
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(found.Groups[1].Value), context.DnsEndPoint.Port), token);
                return new NetworkStream(socket, ownsSocket: true);
            }

            throw new SocketException((int)SocketError.HostNotFound);
        }
    }

    /// <summary>A web server that answers for one name with its own address, and with 404 for other names.</summary>
    private static Task<WebApplication> Web(SubstratePair pair, string name, string address, CancellationToken cancellationToken) =>
        LocalWeb.Start(address, pair.Port, async context =>
        {
            context.Response.StatusCode = context.Request.Host.Host == name ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            await context.Response.WriteAsync(address, context.RequestAborted);
        }, cancellationToken);
}
