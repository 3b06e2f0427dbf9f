using PlatformGitOps.Dns.Wire;
using PlatformGitOps.Generator.Apps.Substrate;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The query log of the servers: kept for a while, and limited.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.25", "What the servers are asked is kept, and no more of it than the definition allows", "one name; at most 1 MB",
    Needs = Feature.Substrate)]
[Check("Substrate.26", "A query log that stopped is seen, and one that the disk cannot hold is refused",
    "the time of the last query; exit 2", Needs = Feature.Substrate)]
[Check(LimitsId, "A flood from one network is limited, and others are answered meanwhile",
    "most answers say only: come by TCP; 0 failed look-ups of another network", Needs = Feature.Substrate)]
public static class SubstrateQueries
{
    internal const string KeepsQueriesId = "Substrate.25";
    private const int QueriesInAWave = 700;

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("no query is ever deleted", "Substrate.25", "more than the definition allows", "scripts/queries.sh",
            "else rm -f \"$pieces/$name\"; fi", "fi"),
        Of("a query log whose end nobody sees", "Substrate.26", "stopped looks as one that is written", "scripts/verify.sh",
            "gauge query_log_timestamp_seconds \"$(kept_at)\"", "gauge query_log_timestamp_seconds \"$now\""),
        Of("a query log larger than the disk", "Substrate.26", "larger than the disk is not refused", "scripts/install.sh",
            "[ \"$free\" -gt \"$settings_query_log\" ] ||", ": ||"),
        Of("no limit at the secondary", LimitsId, "is not limited", "secondary/knot.conf", ", mod-rrl/limit", ""),
        OfBind("no limit at the primary", LimitsId, "is not limited", "primary/named.conf", "rate-limit {", "// rate-limit {"),
    ];

    /// <summary>True if this machine has the program for the query log; BIND needs none.</summary>
    internal static bool CanKeepQueries(SubstrateSettings substrate) => substrate.Server == SubstrateServer.Bind
        || (LocalProgram.Find("fstrm_capture") is not null && new[] { "/usr/lib", "/usr/lib64" }.Where(Directory.Exists)
            .SelectMany(library => Directory.GetDirectories(library).Append(library))
            .Select(folder => Path.Combine(folder, "knot")).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "dnstap.so", SearchOption.AllDirectories)).Any());

    [HostCheck(KeepsQueriesId,
        "a name that is asked, in what the primary keeps; then more queries than it may keep: the sizes of all files")]
    public static async Task KeepsQueries(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (asked, folder) = ($"asked.{pair.Zone}", Path.Combine(pair.StateOf("primary"), "queries"));
        var limit = pair.Settings.QueryLog * (1 << 20);
        await WhileKept(pair, async () =>
        {
            // Knot reconnects itself, some seconds after the socket exists.
            await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            {
                await pair.Ask(pair.Primary, asked, "A", token);
                await AskMuch(pair, token);
                (await Kept(folder, token)).ShouldContain(asked, customMessage: "a query was not kept");
            }, "what was asked is kept", cancellationToken);

            for (var sent = 0; sent < 2 * limit;)
            {
                sent += await Wave(pair, folder, cancellationToken);
                await Eventually.Within(Soon,
                    () => Sizes(folder).Values.Sum()
                        .ShouldBeLessThanOrEqualTo(limit + (limit / 10), "it keeps more than the definition allows"),
                    "the oldest queries go", cancellationToken);
            }

            Sizes(folder).Values.Sum().ShouldBeGreaterThan(limit / 2, "hardly any of them is kept");
            (await Kept(folder, cancellationToken)).ShouldNotContain(asked, customMessage: "the oldest is still there");
            await Unmoved(() =>
            {
                foreach (var file in Sizes(folder).Keys)
                {
                    (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.GroupRead)).ShouldBe(
                        UnixFileMode.None, "others read who asked for what");
                }

                return Task.FromResult("");
            }, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Runs the program for Knot's query log during an action; BIND needs none.</summary>
    private static async Task WhileKept(SubstratePair pair, Func<Task> happens, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var keeping = pair.Settings.Server == SubstrateServer.Knot ? pair.Script("queries.sh", "primary", end.Token)
            : Task.CompletedTask;
        try
        {
            await happens();
        }
        finally
        {
            await end.CancelAsync();
            await keeping.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Sends many queries, and waits until some are logged.</summary>
    /// <returns>The number of bytes sent.</returns>
    private static async Task<int> Wave(SubstratePair pair, string folder, CancellationToken cancellationToken)
    {
        var (before, piece) = (Sizes(folder), pair.Settings.QueryLog * (1 << 20) / 10);
        var sent = await AskMuch(pair, cancellationToken);
        await Eventually.Within(Soon, () =>
        {
            var now = Sizes(folder);
            now.Any(file => before.GetValueOrDefault(file.Key, -1) != file.Value).ShouldBeTrue("nothing is written");
            // A full piece is closed once a second. One that grew to half of the limit meanwhile would be deleted as a whole.
            (pair.Settings.Server == SubstrateServer.Bind || now.MaxBy(file => file.Key, StringComparer.Ordinal).Value < piece)
                .ShouldBeTrue("the newest piece is full and still open");
        }, "queries are written", cancellationToken);
        return sent;
    }

    /// <summary>Sends long names without waiting for answers.</summary>
    private static async Task<int> AskMuch(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(pair.Client), 0));
        socket.Connect(IPAddress.Parse(pair.Primary), pair.Port);
        var (label, sent) = (new string('q', 55), 0);
        for (var number = 0; number < QueriesInAWave; number++)
        {
            var name = $"{number}.{label}.{label}.{label}.{pair.Zone}";
            var query = DnsMessage.Query((ushort)number, new Question(DnsName.Parse(name), RecordType.A));
            sent += await socket.SendAsync(MessageWriter.Write(query).ToArray(), cancellationToken);
        }

        return sent;
    }

    private static Dictionary<string, long> Sizes(string folder) => Directory.GetFiles(folder).Select(file => new FileInfo(file))
        // The server may delete one meanwhile.
        .Where(file => file.Exists).ToDictionary(file => file.FullName, file => file.Length);

    private static Task<string> Kept(string folder, CancellationToken cancellationToken) =>
        Unmoved(() => Read(folder, cancellationToken), cancellationToken);

    /// <summary>BIND renames its pieces while it writes queries: then they are read again.</summary>
    private static Task<string> Unmoved(Func<Task<string>> look, CancellationToken cancellationToken) => Eventually.Within(
        Soon,
        async _ =>
        {
            try
            {
                return await look();
            }
            catch (FileNotFoundException exception)
            {
                throw new NotYetException(exception.Message);
            }
        },
        "the pieces keep their names",
        cancellationToken);

    private static async Task<string> Read(string folder, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        foreach (var file in Sizes(folder).Keys)
        {
            texts.Add(file.EndsWith(".dnstap", StringComparison.Ordinal)
                ? (await LocalProgram.Run("kdig", ["+qr", "-G", file], cancellationToken)).StandardOutput
                : await File.ReadAllTextAsync(file, cancellationToken));
        }

        return string.Concat(texts);
    }

    internal const string SeesEndOfQueriesId = "Substrate.26";

    [HostCheck(SeesEndOfQueriesId, "what verify measures while queries are kept, and three hours after the last one")]
    public static async Task SeesTheEndOfQueries(SubstratePair pair, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(pair.StateOf("primary"), "queries");
        await WhileKept(pair, () => Eventually.Within(TimeSpan.FromSeconds(30), async token =>
        {
            await AskMuch(pair, token);
            (await LastWritten(pair, token)).ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(-2).ToUnixTimeSeconds(),
                "verify does not see that queries are kept");
        }, "verify measures the query log", cancellationToken), cancellationToken);
        await pair.Service("primary", "stop", cancellationToken);
        var then = TimeProvider.System.GetUtcNow().AddHours(-3);
        foreach (var file in Sizes(folder).Keys)
        {
            File.SetLastWriteTimeUtc(file, then.UtcDateTime);
        }

        (await LastWritten(pair, cancellationToken)).ShouldBe(then.ToUnixTimeSeconds(), "a log that stopped looks as one that is written");
        await LargerThanTheDiskIsRefused(pair, cancellationToken);
    }

    private static async Task<long> LastWritten(SubstratePair pair, CancellationToken cancellationToken)
    {
        var metrics = Path.Combine(pair.Folder, "metrics.prom");
        await pair.Script("verify.sh", "primary", cancellationToken, "--metrics", metrics);
        var line = (await File.ReadAllLinesAsync(metrics, cancellationToken))
            .SingleOrDefault(text => text.StartsWith("globular_dns_query_log_timestamp_seconds{", StringComparison.Ordinal));
        line.ShouldNotBeNull("verify does not measure the query log");
        return long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task LargerThanTheDiskIsRefused(SubstratePair pair, CancellationToken cancellationToken)
    {
        var settings = Path.Combine(pair.Folder, "tree", "scripts", "settings.sh");
        var text = await File.ReadAllTextAsync(settings, cancellationToken);
        // 100 TB.
        await File.WriteAllTextAsync(settings,
            Regex.Replace(text, "settings_query_log='[0-9]+'", "settings_query_log='100000000000'"), cancellationToken);
        var result = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary");
        await File.WriteAllTextAsync(settings, text, cancellationToken);
        (result.ExitCode, result.StandardError.Contains("write a smaller number")).ShouldBe((2, true),
            $"a query log larger than the disk is not refused: {result.StandardError}");
    }

    internal const string LimitsId = "Substrate.46";

    /// <summary>Answers per second; the default is more than a machine under test sends.</summary>
    internal const int CheckedRateLimit = 5;

    private const int Waves = 8;
    private const int FloodWave = 50;

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
                // In another network (/24), that of CoreDNS's queries.
                (await pair.Answer(server, SubstratePair.Sender, cancellationToken, "+short", "+notcp", "+ignore", pair.Zone, "NS"))
                    .ShouldContain(pair.Zone, customMessage: $"another network is not answered by {server} during a flood");
            }

            // Knot allows a burst of four seconds. A slow machine sends its waves more slowly, and gets more answers.
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
                // The third byte has the TC bit (RFC 1035, 4.1.1).
                var answer = (await socket.ReceiveAsync(token)).Buffer;
                (whole, truncated) = (answer[2] & 2) == 0 ? (whole + 1, truncated) : (whole, truncated + 1);
            }
        }, "each query is answered, whole or not", cancellationToken);
        return (whole, truncated);
    }
}
