using System.Net.Sockets;
using System.Text.RegularExpressions;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    private const string Moved = "192.0.2.9";

    [StaticCheck("Substrate.22", "the rewrite plugin of the server of the zone, where the substrate has aliases")]
    public static void FollowsAliases(RenderedCluster tree)
    {
        var zone = tree.Definition.Substrate!.Zone;
        Server(tree).Where(plugin => plugin.Name == "rewrite").Select(plugin => string.Join(' ', plugin.Arguments)).ShouldBe(
            tree.Definition.Substrate.Aliases.IsEmpty ? [] : [$"cname suffix .{zone}. .{zone}."],
            "a server answers an alias of a child's name without an address, and pods do not ask again");
    }

    [HostCheck("Substrate.21",
        "upgrade.sh with an alias of a name that is not there, of a child's name, and of the record again; each look-up at both servers; "
            + "verify.sh when the child's name has gone")]
    public static async Task MovesAName(SubstratePair pair, CancellationToken cancellationToken)
    {
        await Move(
            pair, cancellationToken, new LookUps(pair, pair.Primary, follows: true), new LookUps(pair, pair.Secondary, follows: true));
        var (child, name) = (pair.Settings.Children[0], $"{pair.Settings.Aliases[0].Name}.{pair.Zone}");
        await Edit(pair, $"{name}. 2 IN CNAME x.lab.{pair.Zone}.", $"{name}. 2 IN CNAME {Child(pair)}.", cancellationToken);
        (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
        (await pair.Script("verify.sh", "primary", cancellationToken)).ShouldSucceed();
        (await pair.Update(pair.Child, await pair.Key(child.Key.Text, child.Algorithm, cancellationToken), cancellationToken,
            $"update delete {Child(pair)}. A")).ShouldSucceed();
        await AtBoth(pair, Child(pair), "A", [], cancellationToken);
        var seen = await pair.Script("verify.sh", "primary", cancellationToken);
        seen.StandardOutput.ShouldContain($"FAULT {name} names {Child(pair)}, which has no address.",
            customMessage: "an alias of a name that has gone goes unseen");
        seen.ExitCode.ShouldBe(1, seen.StandardOutput);
    }

    private static string Child(SubstratePair pair) => $"moved.{pair.Child}";

    [HostCheck("Substrate.22", "the same, through a CoreDNS with the zone's server: each look-up of a client that asks once")]
    public static async Task MovesANameForPods(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = CoreDns(pair, pair.Resolver, [pair.Primary, pair.Secondary], end.Token);
        try
        {
            await Eventually.Within(Soon, async token =>
                (await pair.Ask(pair.Resolver, $"{pair.Settings.Aliases[0].Target}.{pair.Zone}", "A", token))
                    .ShouldHaveSingleItem(), "CoreDNS answers for the zone", cancellationToken);
            await Move(pair, cancellationToken, new LookUps(pair, pair.Resolver, follows: false));
        }
        finally
        {
            await end.CancelAsync();
            await running;
        }
    }

    /// <summary>A name goes from the substrate to a cluster and back, as docs/substrate.md has it.</summary>
    private static async Task Move(SubstratePair pair, CancellationToken cancellationToken, params LookUps[] clients)
    {
        var (alias, child) = (pair.Settings.Aliases[0], pair.Settings.Children[0]);
        var (name, here, there) = ($"{alias.Name}.{pair.Zone}", $"{alias.Target}.{pair.Zone}", Child(pair));
        var address = pair.Here(pair.Settings.Records.Single(record => record.Name == alias.Target).Addresses[0].ToString());
        // Kept for 2 s only, so that the check need not wait for a minute.
        await Edit(pair, $"{name}. 60 IN CNAME", $"{name}. 2 IN CNAME", cancellationToken);
        (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
        await AtBoth(pair, name, "CNAME", [here + "."], cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Task.WhenAll(clients.Select(client => client.Until(name, [address, Moved], end.Token)));
        try
        {
            await All(address);
            await Edit(pair, $"CNAME {here}.", $"CNAME {there}.", cancellationToken);
            var early = await pair.Script("upgrade.sh", "primary", cancellationToken);
            early.ExitCode.ShouldNotBe(0, $"{name} moved to nothing");
            early.StandardError.ShouldContain("has no address");

            (await pair.Update(pair.Child, await pair.Key(child.Key.Text, child.Algorithm, cancellationToken), cancellationToken,
                $"update add {there}. 60 A {Moved}")).ShouldSucceed();
            await AtBoth(pair, there, "A", [Moved], cancellationToken);
            (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
            await All(Moved);

            await Edit(pair, $"CNAME {there}.", $"CNAME {here}.", cancellationToken);
            (await pair.Script("upgrade.sh", "primary", cancellationToken)).ShouldSucceed();
            await All(address);

            // A name that is there because a wildcard answers for it (RFC 4592), in one change with the wildcard.
            await Edit(pair, $"{name}. 2 IN CNAME {here}.",
                $"*.lab.{pair.Zone}. 60 IN A {Moved}\n{name}. 2 IN CNAME x.lab.{pair.Zone}.", cancellationToken);
            (await pair.Script("upgrade.sh", "primary", cancellationToken)).ExitCode
                .ShouldBe(0, $"{name} may not name what a wildcard answers");
            await All(Moved);
            // A fast machine has moved the name back within two seconds.
            await Eventually.Within(Soon, _ =>
            {
                clients.ShouldAllBe(client => client.Count > 100, "hardly anybody asked");
                return Task.CompletedTask;
            }, "all clients have asked much", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await asking;
        }

        foreach (var client in clients)
        {
            client.Failed.ShouldBeEmpty($"failed look-ups of {client.Count} at {client.Server}");
        }

        Task All(string expected) => Eventually.Within(Soon * 2, _ =>
        {
            clients.Select(client => client.Last).ShouldAllBe(last => last == expected);
            return Task.CompletedTask;
        }, $"all clients have {expected}", cancellationToken);
    }

    private static async Task Edit(SubstratePair pair, string old, string @new, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        text.ShouldContain(old);
        await File.WriteAllTextAsync(file, text.Replace(old, @new, StringComparison.Ordinal), cancellationToken);
    }

    /// <summary>A client that asks for a name 50 times a second, or after each pause.</summary>
    /// <param name="follows">Whether it asks for a CNAME's target, as a resolver does, and a stub does not.</param>
    /// <param name="attempts">How often it asks before a look-up has failed.</param>
    /// <param name="second">The server that it asks where the first has not answered; null for none.</param>
    internal sealed class LookUps(
        SubstratePair pair, string server, bool follows, int attempts = 1, string? second = null, TimeSpan? pause = null)
    {
        private readonly StubResolver resolver = new(
            new StubOptions { Attempts = attempts, Timeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);

        public string Server => server;

        public int Count { get; private set; }

        /// <summary>The latest answer.</summary>
        public string? Last { get; private set; }

        /// <summary>How many of them the second server answered.</summary>
        public int Second { get; private set; }

        /// <summary>What came in place of an address.</summary>
        public List<string> Failed { get; } = [];

        public async Task Until(string name, IReadOnlyList<string> expected, CancellationToken cancellationToken)
        {
            await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(server), pair.Port));
            await using var other = new FreshUdpTransport(new IPEndPoint(IPAddress.Parse(second ?? server), pair.Port));
            try
            {
                await foreach (var _ in Pace.Every(
                    pause ?? TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(20), TimeProvider.System, cancellationToken))
                {
                    var answer = await Ask(transport, DnsName.Parse(name), cancellationToken);
                    if (second is not null && !expected.Contains(answer))
                    {
                        answer = await Ask(other, DnsName.Parse(name), cancellationToken);
                        Second++;
                    }

                    Count++;
                    Last = answer;
                    if (!expected.Contains(answer))
                    {
                        Failed.Add(answer);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The check has seen enough.
            }
        }

        private async Task<string> Ask(FreshUdpTransport transport, DnsName name, CancellationToken cancellationToken)
        {
            var query = DnsMessage.Query((ushort)Random.Shared.Next(1 << 16), new Question(name, RecordType.A));
            var attempt = (await resolver.AskAsync(transport, query, cancellationToken)).Attempts[^1];
            var answers = attempt.Response?.Answers ?? [];
            return answers.Select(record => record.Data).OfType<AddressData>().FirstOrDefault()?.ToString()
                ?? (follows && answers is [{ Data: NameData alias }] ? await Ask(transport, alias.Target, cancellationToken)
                    : $"{attempt.Outcome}: {string.Join(", ", answers)}");
        }
    }

    private static IReadOnlyList<HostSabotage> ReverseSabotages =>
    [
        Of("a reverse name of another host", "Substrate.4", "PTR", "zones/10.168.192.in-addr.arpa.zone", "PTR etcd-1.", "PTR other."),
        Of("an IPv6 address without a reverse name", "Substrate.4", "PTR", "zones/0.0.0.0.0.0.0.0.0.1.0.0.0.0.d.f.ip6.arpa.zone",
            "1.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0", "2.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"),
        Of("a zone that ends a minute after its primary", "Substrate.4", "the SOA record of", "zones/globular.internal.zone",
            " 300 60 1209600 60\n", " 300 60 60 60\n"),
    ];

    /// <summary>
    /// The PTR record of each address in a reverse range, and the addresses of every host. An address is known by its first name: a host's
    /// before a record's, and a record's before one of the file. A wildcard names no address.
    /// </summary>
    private static IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> ExpectedReverse(
        SubstratePair pair, IEnumerable<(string Name, string Type, IReadOnlyList<string> Data)> ofFile)
    {
        var hosts = pair.Settings.AllHosts.DistinctBy(host => host.Name).ToList();
        foreach (var family in hosts.SelectMany(host => host.Addresses.Select(address => (host.Name, Address: Here(pair, address))))
            .GroupBy(entry => (entry.Name, entry.Address.AddressFamily)))
        {
            yield return ($"{family.Key.Name}.{pair.Zone}", family.Key.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA",
                [.. family.Select(entry => entry.Address.ToString()).Order(StringComparer.Ordinal)]);
        }

        var named = hosts.SelectMany(host => host.Addresses.Select(address => (Name: $"{host.Name}.{pair.Zone}", address)))
            .Concat(pair.Settings.Records.SelectMany(record => record.Addresses.Select(
                address => (Name: $"{record.Name}.{pair.Zone}", address))))
            .Select(entry => (entry.Name, Address: Here(pair, entry.address)))
            .Concat(ofFile.Where(set => set.Type is "A" or "AAAA" && !set.Name.StartsWith('*'))
                .SelectMany(set => set.Data.Select(data => (set.Name, Address: IPAddress.Parse(data)))));
        var zones = ReverseZones(pair).ToList();
        foreach (var (name, address) in named.DistinctBy(entry => entry.Address))
        {
            var reverse = ReverseOf(address);
            if (zones.Any(zone => reverse.EndsWith("." + zone, StringComparison.Ordinal)))
            {
                yield return (reverse, "PTR", [$"{name.ToLowerInvariant()}."]);
            }
        }
    }

    /// <summary>Primary, contact and times of each zone, at both servers; the serial is the time of the installation.</summary>
    private static async Task HaveTheirSoa(SubstratePair pair, CancellationToken cancellationToken)
    {
        foreach (var zone in new[] { pair.Zone, pair.Child }.Concat(ReverseZones(pair)))
        {
            var names = Regex.Escape($"{pair.Settings.Primary.Name}.{pair.Zone}. hostmaster.{pair.Zone}.");
            var form = $"^{names} ([0-9]+) 300 60 1209600 60$";
            var first = string.Join('\n', await pair.Ask(pair.Primary, zone, "SOA", cancellationToken));
            first.ShouldMatch(form, $"the SOA record of {zone}");
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(Regex.Match(first, form).Groups[1].Value, CultureInfo.InvariantCulture))
                .ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(10), $"the serial of {zone}");
            await AtBoth(pair, zone, "SOA", [first], cancellationToken);
            string[] servers = [.. pair.Settings.Hosts.Select(host => $"{host.Name}.{pair.Zone}.").Order(StringComparer.Ordinal)];
            await AtBoth(pair, zone, "NS", servers, cancellationToken);
        }
    }

    private static IEnumerable<string> ReverseZones(SubstratePair pair) => pair.Settings.Reverse.Select(range =>
    {
        var labels = range.First.AddressFamily == AddressFamily.InterNetwork ? (32 - range.PrefixLength) / 8
            : (128 - range.PrefixLength) / 4;
        return pair.Here(string.Join('.', ReverseOf(range.First).Split('.').Skip(labels)));
    });

    private static string ReverseOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? string.Join('.', address.ToString().Split('.').Reverse()) + ".in-addr.arpa"
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse()) + ".ip6.arpa";

    private static IPAddress Here(SubstratePair pair, IPAddress address) => IPAddress.Parse(pair.Here(address.ToString()));
}
