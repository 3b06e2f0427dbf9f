using PlatformGitOps.Generator.Apps.Substrate;

[assembly: LevelOfParallelism(8)]

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// All checks with real DNS servers, on a definition with both kinds of them, and their sabotages. Each has its own servers, addresses and
/// folders and mostly waits, so several run in parallel.
/// </summary>
[Parallelizable(ParallelScope.Self | ParallelScope.Children)]
[Platform("Linux", Reason = "the servers are Debian's")]
public sealed class SubstrateTests : HostTests<SubstratePair>
{
    private static IEnumerable<TestCaseData> Checks() =>
        from cluster in new[] { "knot", "bind" }
        from check in All
        select Row($"{check} [{cluster}]", check, cluster);

    [TestCaseSource(nameof(Checks))]
    [CancelAfter(300_000)]
    public Task Holds_on_real_servers(Check check, string cluster, CancellationToken cancellationToken) =>
        Holds(check, cluster, cancellationToken);

    private static IEnumerable<TestCaseData> Sabotaged() =>
        AllSabotages.Select(sabotage => Row(sabotage, $"{sabotage.Check}, {sabotage.Cluster}"));

    [TestCaseSource(nameof(Sabotaged))]
    [CancelAfter(300_000)]
    public Task Is_caught_by_its_check(HostSabotage sabotage, CancellationToken cancellationToken) => IsCaught(sabotage, cancellationToken);

    /// <summary>Checks that also have a static part.</summary>
    private protected override IEnumerable<string> ProvenElsewhere => Sabotages.Static.Select(sabotage => sabotage.Check);

    /// <summary>Installed and running, except for the check of the installation's own checks.</summary>
    private protected override Task<SubstratePair> Start(
        Check check, string cluster, HostSabotage? sabotage, CancellationToken cancellationToken)
    {
        // Before servers are installed for nothing.
        string[] programs =
        [
            .. check.Host!.CoreDns ? [LocalCoreDns.Program] : Array.Empty<string>(),
            .. check.Id == SubstrateExternalDns.ExternalDnsId ? SubstrateExternalDns.Programs : [],
            .. check.Id == SubstrateView.ShowsZonesId ? new[] { SubstrateView.Program } : [],
        ];
        LocalProgram.Need(programs);
        var (all, tree) = (check.Id == "Substrate.3", RenderedCluster.From(StorySample.Substrates, cluster));
        var (view, queries) = (check.Id == SubstrateView.ShowsZonesId,
            check.Id is SubstrateQueries.KeepsQueriesId or SubstrateQueries.SeesEndOfQueriesId);
        var canKeep = SubstrateQueries.CanKeepQueries(tree.Definition.Substrate!);
        if (queries && !canKeep)
        {
            Assert.Ignore("Knot's dnstap is not on this machine; Debian has it in knot-module-dnstap and fstrm-bin");
        }

        // A check without a server uses every part that this machine supports.
        return all
            ? SubstratePair.Prepare(tree, sabotage, cancellationToken, settings => With(settings, SubstrateView.CanShowZones, canKeep))
            : SubstratePair.Start(tree, sabotage, cancellationToken, settings => Adjusted(With(settings, view, queries), check));
    }

    private static SubstrateSettings Adjusted(SubstrateSettings settings, Check check) => settings with
    {
        Dnssec = check.Id == SignedZones.SignsId,
        RateLimit = check.Id == SubstrateQueries.LimitsId ? SubstrateQueries.CheckedRateLimit : settings.RateLimit,
    };

    private static SubstrateSettings With(SubstrateSettings settings, bool view, bool queries) =>
        settings with { View = view, QueryLog = queries ? 1 : 0 };
}

/// <summary>
/// What only systemd can show: restarts, sandboxes, timers and path units. Each test has two containers with systemd as PID 1; one test at
/// a time.
/// </summary>
[Parallelizable(ParallelScope.Self)]
[Category("Systemd")]
[Platform("Linux", Reason = "the hosts are Debian's")]
public sealed class SystemdTests : HostTests<SystemdHosts>
{
    private static IEnumerable<TestCaseData> Checks() =>
        from check in All
        from cluster in check.Id == SystemdUnits.KubernetesUnitsId ? new[] { "knot" } : ["knot", "bind"]
        select Row($"{check} [{cluster}]", check, cluster);

    [TestCaseSource(nameof(Checks))]
    [CancelAfter(300_000)]
    public Task Holds_under_systemd(Check check, string cluster, CancellationToken cancellationToken) =>
        Holds(check, cluster, cancellationToken);

    private static IEnumerable<TestCaseData> Sabotaged() => AllSabotages.Select(sabotage => Row(sabotage, sabotage.Check));

    [TestCaseSource(nameof(Sabotaged))]
    [CancelAfter(300_000)]
    public Task Is_caught_by_its_check(HostSabotage sabotage, CancellationToken cancellationToken) => IsCaught(sabotage, cancellationToken);

    private protected override async Task<SystemdHosts> Start(
        Check check, string cluster, HostSabotage? sabotage, CancellationToken cancellationToken)
    {
        var tree = RenderedCluster.From(StorySample.Substrates, cluster);
        if (check.Id != SystemdUnits.KubernetesUnitsId)
        {
            return await SystemdHosts.Start(
                tree, "dns", sabotage, settings => settings with { View = true, QueryLog = 5 }, cancellationToken);
        }

        KubernetesHosts.Need([.. KubernetesHosts.Programs]);
        var version = (await KubernetesHosts.VersionHere)!;
        return await SystemdHosts.Start(
            tree, "kubernetes", sabotage, settings => SystemdUnits.OnOneHost(settings, version), cancellationToken);
    }
}

/// <summary>
/// The output in "Names of the substrate fail" of docs/troubleshooting.md, from the real CoreDNS and nslookup while no server of the
/// substrate runs. Skipped without one of the programs.
/// </summary>
[Category("Substrate")]
internal sealed class SubstrateOutageTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task The_page_knows_what_a_client_and_the_log_say(CancellationToken token)
    {
        var (coreDns, nslookup) = (LocalProgram.Need("coredns"), LocalProgram.Need("nslookup"));
        var rows = TroubleshootingGuide.Committed["Names of the substrate fail"];
        var (asked, logged) = (
            rows.Single(row => row.Command.Contains("nslookup dns-1")),
            rows.Single(row => row.Command.Contains(" logs ")));
        var substrate = RenderedCluster.From(StorySample.Substrates, "knot").Definition.Substrate!;
        var port = LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture);
        var folder = RunSession.NewFolder("away");
        var file = Path.Combine(folder, "Corefile");
        // Not 127.0.0.1, CoreDNS's source address: a query from the same port as its target would reach its own socket.
        await File.WriteAllTextAsync(file, Regex.Replace(
            TestSubstrate.ServerForOthers(substrate).Replace(":53 ", $":{port} "), @"forward \. [^{]+",
            $"forward . 127.0.0.2:{LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture)} "), token);
        using (var server = LocalProgram.Start(coreDns, ["-conf", file], folder))
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                async probe =>
                {
                    var result = await LocalProgram.Run(
                        nslookup, [$"-port={port}", "-timeout=5", $"dns-1.{substrate.Zone}", "127.0.0.1"], probe);
                    (result.StandardOutput + result.StandardError).ShouldContain("SERVFAIL");
                    result.StandardOutput.ShouldMatch(asked.Output);
                    server.Output.ShouldMatch(logged.Output);
                },
                "CoreDNS says that nobody answers",
                token);
        }

        Directory.Delete(folder, recursive: true);
    }
}
