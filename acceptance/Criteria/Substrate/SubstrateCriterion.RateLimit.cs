using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(LimitsId, "A flood from one network is limited, and others are answered meanwhile",
    "most answers say only: come by TCP; 0 failed look-ups of another network", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string LimitsId = "Substrate.46";

    /// <summary>Answers a second; the default is more than a machine under test sends in one.</summary>
    internal const int CheckedRateLimit = 5;

    private const int Waves = 8;
    private const int FloodWave = 50;

    private static IReadOnlyList<HostSabotage> KnotLimitSabotages =>
        [Of("no limit at the secondary", LimitsId, "is not limited", "secondary/knot.conf", ", mod-rrl/limit", "")];

    private static IReadOnlyList<HostSabotage> BindLimitSabotages =>
        [Of("no limit at the primary", LimitsId, "is not limited", "primary/named.conf", "rate-limit {", "// rate-limit {")];

    [HostCheck(LimitsId, "rateLimit: 5; 400 queries from one address, at each server: the answers that are truncated, and " +
        "whether a look-up from another network and one by TCP are answered meanwhile")]
    public static async Task LimitsFloods(SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(pair.Client), 0));
            socket.Connect(IPAddress.Parse(server), pair.Port);
            var (whole, truncated, since) = (0, 0, TimeProvider.System.GetTimestamp());
            for (var wave = 0; wave < Waves; wave++)
            {
                var answers = await Flood(pair, socket, cancellationToken);
                (whole, truncated) = (whole + answers.Whole, truncated + answers.Truncated);
                // Of another network (/24): where CoreDNS asks from.
                (await pair.Answer(server, SubstratePair.Sender, cancellationToken, "+short", "+notcp", "+ignore", pair.Zone, "NS"))
                    .ShouldContain(pair.Zone, customMessage: $"another network is not answered by {server} during a flood");
            }

            // Knot lets four seconds' answers pass at once. A slow machine takes longer for the waves, and is answered more.
            var allowed = CheckedRateLimit * (6 + (int)TimeProvider.System.GetElapsedTime(since).TotalSeconds);
            whole.ShouldBeLessThanOrEqualTo(allowed, $"a flood is not limited at {server}");
            truncated.ShouldBeGreaterThan(whole, $"a flood is not limited at {server}: {whole} whole answers, {truncated} truncated ones");
            (await pair.Ask(server, pair.Zone, "NS", cancellationToken, "+tcp")).ShouldNotBeEmpty($"{server} does not answer by TCP");
        }
    }

    private static async Task<(int Whole, int Truncated)> Flood(SubstratePair pair, UdpClient socket, CancellationToken cancellationToken)
    {
        var query = MessageWriter.Write(DnsMessage.Query(1, new Question(DnsName.Parse(pair.Zone), RecordType.NS))).ToArray();
        for (var number = 0; number < FloodWave; number++)
        {
            await socket.SendAsync(query, cancellationToken);
        }

        var (whole, truncated) = (0, 0);
        await Eventually.Within(Soon, async token =>
        {
            while (whole + truncated < FloodWave)
            {
                // The third byte has the bit TC (RFC 1035, 4.1.1).
                var answer = (await socket.ReceiveAsync(token)).Buffer;
                (whole, truncated) = (answer[2] & 2) == 0 ? (whole + 1, truncated) : (whole, truncated + 1);
            }
        }, "each query is answered, whole or not", cancellationToken);
        return (whole, truncated);
    }
}
