using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.SubstrateCriterion;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A name moves between the substrate and Kubernetes.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.21", "A name moves between substrate and Kubernetes, and not to a name without an address", "0 failed look-ups",
    Needs = Feature.Substrate)]
[Check("Substrate.22", "It moves for pods, which do not follow aliases themselves", "0 failed look-ups", Needs = Feature.Substrate)]
public static class SubstrateAliases
{
    private const string Moved = "192.0.2.9";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("an alias of nothing", "Substrate.21", "moved to nothing", "scripts/install.sh", "answered \"${primary",
            ": || answered \"${primary"),
        Of("an alias of what has gone that nobody sees", "Substrate.21", "goes unseen", "scripts/verify.sh", "answered \"$main\"",
            ": || answered \"$main\""),
        Of("a wildcard that counts for nothing", "Substrate.21", "what a wildcard answers", "scripts/lib.sh",
            "(closest == target[i] ? closest : \"*.\" closest)", "target[i]"),
        Of("a restart for each record", "Substrate.21", "failed look-ups", "scripts/install.sh", "|| needs=reload", "|| needs=restart"),
    ];

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
            pair, cancellationToken, Client(pair, pair.Primary, follows: true), Client(pair, pair.Secondary, follows: true));
        var name = $"{pair.Settings.Aliases[0].Name}.{pair.Zone}";
        await Edit(pair, $"{name}. 2 IN CNAME x.lab.{pair.Zone}.", $"{name}. 2 IN CNAME {Child(pair)}.", cancellationToken);
        await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
        await pair.AtBoth(name, "CNAME", [$"{Child(pair)}."], cancellationToken);
        await pair.Succeeds("verify.sh", "primary", cancellationToken);
        await pair.Write(cancellationToken, $"update delete {Child(pair)}. A");
        await pair.AtBoth(Child(pair), "A", [], cancellationToken);
        var seen = await pair.Script("verify.sh", "primary", cancellationToken);
        seen.StandardOutput.ShouldContain($"FAULT {name} names {Child(pair)}, which has no address.",
            customMessage: "an alias of a name that has gone goes unseen");
        seen.ExitCode.ShouldBe(1, seen.StandardOutput);
    }

    private static string Child(SubstratePair pair) => $"moved.{pair.Child}";

    [HostCheck("Substrate.22", "the same, through a CoreDNS with the zone's server: each look-up of a client that asks once",
        CoreDns = true)]
    public static async Task MovesANameForPods(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = LocalCoreDns.Run(pair, pair.Resolver, [pair.Primary, pair.Secondary], end.Token);
        try
        {
            await Eventually.Within(Soon, async token =>
                (await pair.Ask(pair.Resolver, $"{pair.Settings.Aliases[0].Target}.{pair.Zone}", "A", token))
                    .ShouldHaveSingleItem(), "CoreDNS answers for the zone", cancellationToken);
            await Move(pair, cancellationToken, Client(pair, pair.Resolver, follows: false));
        }
        finally
        {
            await end.CancelAsync();
            await running;
        }
    }

    /// <summary>A client that queries the first alias, with one attempt.</summary>
    private static LayerWatch Client(SubstratePair pair, string server, bool follows) =>
        new(pair, $"{pair.Settings.Aliases[0].Name}.{pair.Zone}", Stopwatch.StartNew())
        {
            Server = server,
            Attempts = 1,
            Follows = follows,
        };

    /// <summary>A name moves from the substrate to a cluster and back, as in docs/substrate.md.</summary>
    private static async Task Move(SubstratePair pair, CancellationToken cancellationToken, params LayerWatch[] clients)
    {
        var alias = pair.Settings.Aliases[0];
        var (name, here, there) = ($"{alias.Name}.{pair.Zone}", $"{alias.Target}.{pair.Zone}", Child(pair));
        var address = pair.Here(pair.Settings.Records.Single(record => record.Name == alias.Target).Addresses[0].ToString());
        // With a TTL of only 2 s, so that the check need not wait for a minute.
        await Edit(pair, $"{name}. 60 IN CNAME", $"{name}. 2 IN CNAME", cancellationToken);
        await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
        await pair.AtBoth(name, "CNAME", [here + "."], cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Task.WhenAll(clients.Select(client => client.Until(end.Token)));
        try
        {
            await All(address);
            await Edit(pair, $"CNAME {here}.", $"CNAME {there}.", cancellationToken);
            var early = await pair.Script("upgrade.sh", "primary", cancellationToken);
            early.ExitCode.ShouldNotBe(0, $"{name} moved to nothing");
            early.StandardError.ShouldContain("has no address");

            await pair.Write(cancellationToken, $"update add {there}. 60 A {Moved}");
            await pair.AtBoth(there, "A", [Moved], cancellationToken);
            await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
            await All(Moved);

            await Edit(pair, $"CNAME {there}.", $"CNAME {here}.", cancellationToken);
            await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
            await All(address);

            // A name that exists through a wildcard (RFC 4592), in one change with the wildcard.
            await Edit(pair, $"{name}. 2 IN CNAME {here}.",
                $"*.lab.{pair.Zone}. 60 IN A {Moved}\n{name}. 2 IN CNAME x.lab.{pair.Zone}.", cancellationToken);
            (await pair.Script("upgrade.sh", "primary", cancellationToken)).ExitCode
                .ShouldBe(0, $"{name} may not name what a wildcard answers");
            await All(Moved);
            // A fast machine has moved the name back within two seconds.
            await Eventually.Within(Soon,
                () => clients.ShouldAllBe(client => client.Seen.Count > 100, "hardly anybody asked"),
                "all clients have asked much", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await asking;
        }

        foreach (var client in clients)
        {
            client.Failed(address, Moved).ShouldBeEmpty($"failed look-ups of {client.Seen.Count} at {client.Server}");
        }

        Task All(string expected) => Eventually.Within(Soon * 2,
            () => clients.Select(client => client.Last).ShouldAllBe(last => last == expected),
            $"all clients have {expected}", cancellationToken);
    }

    private static async Task Edit(SubstratePair pair, string old, string @new, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone");
        var text = await File.ReadAllTextAsync(file, cancellationToken);
        text.ShouldContain(old);
        await File.WriteAllTextAsync(file, text.Replace(old, @new), cancellationToken);
    }
}
