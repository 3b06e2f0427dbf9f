using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    internal const string KeepsQueriesId = "Substrate.25";
    private const int QueriesInAWave = 700;

    /// <summary>Whether this machine has what keeps the queries; BIND does so by itself.</summary>
    internal static bool CanKeepQueries(SubstrateSettings substrate) => substrate.Server == SubstrateServer.Bind
        || (SubstratePair.Find("fstrm_capture") is not null && new[] { "/usr/lib", "/usr/lib64" }.Where(Directory.Exists)
            .SelectMany(library => Directory.GetDirectories(library).Append(library))
            .Select(folder => Path.Combine(folder, "knot")).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "dnstap.so", SearchOption.AllDirectories)).Any());

    [HostCheck(KeepsQueriesId,
        "a name that is asked, in what the primary keeps; then more queries than it may keep: the sizes of all files")]
    public static async Task KeepsQueries(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (asked, folder) = ($"asked.{pair.Zone}", Path.Combine(StateOf(pair, "primary"), "queries"));
        var limit = pair.Settings.QueryLog * (1 << 20);
        await WhileKept(pair, async () =>
        {
            // Knot connects again by itself, some seconds after the socket is there.
            await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            {
                await pair.Ask(pair.Primary, asked, "A", token);
                await AskMuch(pair, token);
                (await Kept(folder, token)).ShouldContain(asked, customMessage: "a query was not kept");
            }, "what was asked is kept", cancellationToken);

            for (var sent = 0; sent < 2 * limit;)
            {
                sent += await Wave(pair, folder, cancellationToken);
                await Eventually.Within(Soon, _ =>
                {
                    Sizes(folder).Values.Sum().ShouldBeLessThanOrEqualTo(limit + (limit / 10), "it keeps more than the definition allows");
                    return Task.CompletedTask;
                }, "the oldest queries go", cancellationToken);
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

    /// <summary>Runs the program that keeps Knot's queries while something happens; BIND keeps them itself.</summary>
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

    /// <summary>Asks much, and waits until some of it is written.</summary>
    /// <returns>How many bytes it sent.</returns>
    private static async Task<int> Wave(SubstratePair pair, string folder, CancellationToken cancellationToken)
    {
        var (before, piece) = (Sizes(folder), pair.Settings.QueryLog * (1 << 20) / 10);
        var sent = await AskMuch(pair, cancellationToken);
        await Eventually.Within(Soon, _ =>
        {
            var now = Sizes(folder);
            now.Any(file => before.GetValueOrDefault(file.Key, -1) != file.Value).ShouldBeTrue("nothing is written");
            // Once a second a piece that is full is closed. One that grew to half of the limit meanwhile would go as a whole.
            (pair.Settings.Server == SubstrateServer.Bind || now.MaxBy(file => file.Key, StringComparer.Ordinal).Value < piece)
                .ShouldBeTrue("the newest piece is full and still open");
            return Task.CompletedTask;
        }, "queries are written", cancellationToken);
        return sent;
    }

    /// <summary>Long names, whose answers nobody waits for.</summary>
    private static async Task<int> AskMuch(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(pair.Client), 0));
        socket.Connect(IPAddress.Parse(pair.Primary), pair.Port);
        var (label, sent) = (new string('q', 55), 0);
        for (var number = 0; number < QueriesInAWave; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{number}.{label}.{label}.{label}.{pair.Zone}");
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

    /// <summary>BIND gives its pieces other names while it writes what it was asked: then they are looked at again.</summary>
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
                ? (await SubstratePair.Run("kdig", ["+qr", "-G", file], cancellationToken)).StandardOutput
                : await File.ReadAllTextAsync(file, cancellationToken));
        }

        return string.Concat(texts);
    }
}
