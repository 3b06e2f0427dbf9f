using System.Diagnostics;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The real External-DNS writes its child zone in the substrate.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(ExternalDnsId, "External-DNS writes its child with the key that install.sh made, and what it wrote is there while it is away",
    "created, changed and deleted at both servers; 0 failed look-ups while it is away; it catches up", Needs = Feature.Substrate)]
public static class SubstrateExternalDns
{
    internal const string ExternalDnsId = "Substrate.37";
    internal static readonly string[] Programs = ["external-dns", "etcd", "kube-apiserver"];

    /// <summary>External-DNS compares every 10 s.</summary>
    private static readonly TimeSpan Synchronised = TimeSpan.FromSeconds(60);

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In(ExternalDnsId, "primary/knot.conf",
            ("a key that may not write owners", "one is [192.0.2.1] at both servers", "CNAME, TXT, SRV", "CNAME, SRV"),
            ("a key that may not read its child", "one is [192.0.2.5] at both servers", "action: [update, transfer]", "action: update"),
            ("a child that is written again from its file", "one.apps.globular.internal is at both servers",
                "    zonefile-sync: 60\n", "    zonefile-sync: -1\n    zonefile-load: difference-no-serial\n    journal-content: all\n")),
        OfBind("a key that may not write owners", ExternalDnsId, "one is [192.0.2.1] at both servers", "primary/named.conf",
            "CNAME TXT SRV", "CNAME SRV"),
    ];

    [HostCheck(ExternalDnsId,
        "the real External-DNS with the arguments of the tree, Services in a real API server, and the installed servers: dig at both; then "
            + "it is stopped, Services and the zone change, upgrade.sh and verify.sh run, the primary restarts: each look-up; it is back")]
    public static async Task IsWrittenByExternalDns(SubstratePair pair, CancellationToken cancellationToken)
    {
        var child = pair.Settings.Children[0];
        var secret = (await pair.ChildKey(cancellationToken)).Split(':')[^1];
        var instance = DeliveredInstance.Of(pair.Tree.Role,
            $"{{ name: own, provider: rfc2136, policy: sync, domainFilters: [{pair.Child}], interval: 10s, rfc2136: {{ host: "
                + $"{pair.Primary}, port: {pair.Port}, keyName: {child.Key}, algorithm: {child.Algorithm} }} }}");
        using var cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), cancellationToken);
        await instance.Prepare(cluster.Api, cancellationToken);

        using (var running = instance.Start(LocalProgram.Need("external-dns"), cluster, secret))
        {
            await Wants("one", "192.0.2.1");
            await Wants("two", "192.0.2.2");
            await Holds("one", "192.0.2.1");
            await Holds("two", "192.0.2.2");
            // An ACME client's records with the child's key (docs/integrations.md) are foreign to External-DNS.
            await Update($"update add _acme-challenge.one.{pair.Child}. 60 TXT \"proof\"");
            await pair.AtBoth($"_acme-challenge.one.{pair.Child}", "TXT", ["\"proof\""], cancellationToken);
            await Wants("one", OldAnswer);
            await Holds("one", OldAnswer);
            await cluster.Api.Delete(ResourceKind.Service.Named("two", "default"), null, cancellationToken);
            await Holds("two");
            (await pair.Ask(pair.Primary, $"a-two.{pair.Child}", "TXT", cancellationToken)).ShouldBeEmpty("the owner's record is left");
            await running.Compares(1, cancellationToken);
            await pair.AtBoth($"_acme-challenge.one.{pair.Child}", "TXT", ["\"proof\""], cancellationToken);
            await Update($"update delete _acme-challenge.one.{pair.Child}. TXT");
            await pair.AtBoth($"_acme-challenge.one.{pair.Child}", "TXT", [], cancellationToken);
        }

        var clock = Stopwatch.StartNew();
        LayerWatch[] clients = [.. new[] { pair.Primary, pair.Secondary }
            .Select(server => new LayerWatch(pair, $"one.{pair.Child}", clock) { Server = server })];
        TimeSpan ended, runs, back, caught;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = Task.WhenAll(clients.Select(client => client.Until(end.Token)));
        try
        {
            await Wants("one", NewAnswer);
            await Wants("three", "192.0.2.3");
            // The hosts change meanwhile: a change of the definition, the timer, and a restart of the primary.
            await File.AppendAllTextAsync(Path.Combine(pair.Folder, "tree", "zones", $"{pair.Zone}.zone"),
                $"newer.{pair.Zone}. 300 IN A 192.0.2.76\n", cancellationToken);
            await pair.Succeeds("upgrade.sh", "primary", cancellationToken);
            await pair.Succeeds("verify.sh", "primary", cancellationToken, "--repair");
            await pair.AtBoth($"newer.{pair.Zone}", "A", ["192.0.2.76"], cancellationToken);
            ended = clock.Elapsed;
            await pair.Service("primary", "restart", cancellationToken);
            await pair.AtBoth($"one.{pair.Child}", "A", [OldAnswer], cancellationToken);
            runs = clock.Elapsed;
            await Asked(clients, runs, 50, cancellationToken);
            (await pair.Ask(pair.Primary, $"three.{pair.Child}", "A", cancellationToken)).ShouldBeEmpty("External-DNS is not away");

            back = clock.Elapsed;
            using var again = instance.Start(LocalProgram.Need("external-dns"), cluster, secret);
            await Holds("one", NewAnswer);
            await Holds("three", "192.0.2.3");
            caught = clock.Elapsed;
            await Asked(clients, clock.Elapsed, 20, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
        }

        var counted = 0;
        foreach (var client in clients)
        {
            // The secondary answers during the primary's restart.
            var seen = client.Seen.Where(
                look => client.Server == pair.Secondary || look.At + look.Elapsed < ended || look.At > runs).ToArray();
            counted += seen.Length;
            seen.SkipWhile(look => look.Answer == OldAnswer).ShouldAllBe(look => look.Answer == NewAnswer && look.At + look.Elapsed > back,
                $"failed look-ups at {client.Server} while External-DNS is away, or catches up");
        }

        TestContext.Out.WriteLine($"""
            External-DNS was away for {back.TotalSeconds:F1} s, and caught up {(caught - back).TotalSeconds:F1} s after its start;
            {counted} look-ups at both servers, 0 failed.
            """);

        Task Wants(string name, string address) => cluster.Api.Apply(ResourceKind.Service, new Resource(
            WantedService.Of(name, address, null, name, [ExternalDnsNames.AnnotationPrefix], pair.Child)), cancellationToken);

        Task Update(string line) => pair.Write(cancellationToken, line);

        async Task Holds(string name, params string[] data)
        {
            foreach (var server in new[] { pair.Primary, pair.Secondary })
            {
                await Eventually.Within(Synchronised,
                    async token => (await pair.Ask(server, $"{name}.{pair.Child}", "A", token)).ShouldBe(data),
                    $"{name} is [{string.Join(' ', data)}] at both servers", cancellationToken);
            }
        }
    }
}
