namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>The figures in a decision are those of the last measurement.</summary>
public sealed class MeasuredDecisionTests
{
    private static readonly string[] Names = ["internal", "external", "search-path", "substrate"];

    private static string NodeLocal => File.ReadAllText(Path.Combine(Repository.Root, "docs", "adr", "0012-node-local-cache.md"));

    [Test]
    public void The_cache_of_the_nodes_is_decided_with_the_figures_of_the_dns_benchmark()
    {
        string All(string limit, string corefile, int column) =>
            string.Join(", ", Names.Select(names => Whole(Dns(limit, corefile, names)[column])));
        var more = (from limit in new[] { "share", "none" }
                    from names in Names
                    select Number(Dns(limit, "node-local", names)[18]) - Number(Dns(limit, "platform", names)[18])).ToList();

        NodeLocal.ShouldContain($"| {All("share", "node-local", 16)} | {All("share", "platform", 16)} |");
        NodeLocal.ShouldContain($"| {All("share", "node-local", 3)} queries/s | {All("share", "platform", 3)} |");
        NodeLocal.ShouldContain($"| {All("none", "node-local", 3)} queries/s | {All("none", "platform", 3)} |");
        NodeLocal.ShouldContain($"| {Median("share")}; {Median("none")} of the time without |");
        NodeLocal.ShouldContain($"| {more.Min():0} to {more.Max():0} MB more on each node |");
    }

    [Test]
    public void A_network_between_the_node_and_coredns_is_decided_with_its_own_figures()
    {
        string[] delays = ["250us", "500us", "1ms"];

        NodeLocal.ShouldContain($"a network of {string.Join(", ", delays)} each way");
        NodeLocal.ShouldContain(
            $"| {string.Join("; ", delays.Select(delay => Fixed("share", $"dns-delay-{delay}.tsv")))} of the time without |");
    }

    [Test]
    [Platform(Include = "Linux", Reason = "bash and awk")]
    public async Task The_page_of_the_dns_benchmark_is_made_of_its_rows()
    {
        var folder = Directory.CreateTempSubdirectory("benchmarks-dns-");
        try
        {
            var rows = folder.CreateSubdirectory("benchmarks");
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "benchmarks"), "dns*.tsv"))
            {
                File.Copy(file, Path.Combine(rows.FullName, Path.GetFileName(file)));
            }

            await Cli.Wrap("bash").WithArguments([Path.Combine(Repository.Root, "benchmarks", "dns", "page"), folder.FullName])
                .ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken);

            (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "benchmarks-dns.md")))
                .ShouldBe(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "benchmarks-dns.md")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The advice depends on this: if a measurement changes it, the text must change too.</summary>
    [Test]
    public void At_the_same_share_of_a_cpu_the_cache_answers_fewer_queries_than_coredns()
    {
        NodeLocal.ShouldContain("one cache answers fewer queries than CoreDNS itself");
        Names.ShouldAllBe(names => Number(Dns("share", "node-local", names)[3]) < Number(Dns("share", "platform", names)[3]));
    }

    [Test]
    public void The_cache_of_the_nodes_is_decided_with_the_counts_of_losses()
    {
        string Lost(string label)
        {
            var rows = Rows("loss.tsv")
                .Where(row => row is [var own, "1000", "restart", _, "dnsperf", ..] && own == label).ToList();
            return $"{Whole(Sum(rows, 8))} of {Whole(Sum(rows, 7))}";
        }

        NodeLocal.ShouldContain(
            $"| {Lost("v1.34.9, iptables mode, NodeLocal DNSCache")} in twenty | {Lost("v1.34.9, iptables mode")} in ten |");
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "awk")]
    public async Task The_page_of_losses_is_made_of_its_rows()
    {
        var made = await Cli.Wrap("awk").WithWorkingDirectory(Repository.Root)
            .WithArguments(["-F", "\t", "-f", "benchmarks/loss.awk", "docs/benchmarks/loss.tsv"])
            .ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken);

        (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "benchmarks-loss.md"))).ShouldBe(made.StandardOutput);
    }

    /// <summary>The file has a reason for rows that were not run: a later row must change the reason too.</summary>
    [TestCase("v1.34.9, iptables mode", "3000", "drain", "lost {0} % of dnsperf's UDP queries there")]
    [TestCase("v1.34.9, iptables mode, without GOMAXPROCS", "3000", "drain", "and {0} %\n  without GOMAXPROCS")]
    [TestCase("v1.34.9, nftables mode, the machine without idle time", "1000", "restart", "Restarts lost {0} % there")]
    [TestCase("v1.34.9, nftables mode, the machine without idle time", "1000", "drain", "drains {0} %, almost all")]
    public void The_reason_for_a_row_that_was_not_run_is_one_of_the_others(string label, string rate, string what, string says)
    {
        var rows = Rows("loss.tsv").Where(row => row is [var own, var at, var kind, _, "dnsperf", _, "udp", ..]
            && (own, at, kind) == (label, rate, what)).ToList();
        var lost = (100 * Number(Sum(rows, 8)) / Number(Sum(rows, 7))).ToString("0", CultureInfo.InvariantCulture);

        File.ReadAllText(Path.Combine(Repository.Root, "benchmarks", "loss-not-run.md"))
            .ShouldContain(string.Format(CultureInfo.InvariantCulture, says, lost));
    }

    /// <summary>The ratio of the cache to CoreDNS, both at the highest rate of CoreDNS alone.</summary>
    private static string Median(string limit) => Share("dns.tsv", limit, cache: 20, alone: 6);

    /// <summary>The ratio at the fixed rate.</summary>
    private static string Fixed(string limit, string file) => Share(file, limit, cache: 11, alone: 11);

    private static string Share(string file, string limit, int cache, int alone) =>
        (Number(Dns(limit, "node-local", "search-path", file)[cache]) / Number(Dns(limit, "platform", "search-path", file)[alone]))
        .ToString("0.00", CultureInfo.InvariantCulture);

    private static string[] Dns(string limit, string corefile, string names, string file = "dns.tsv") => Rows(file)
        .Single(row => row is [var first, var second, var third, ..] && (first, second, third) == (limit, corefile, names));

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(Path.Combine(Repository.Root, "docs", "benchmarks", file))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'));

    private static string Sum(IEnumerable<string[]> rows, int column) =>
        rows.Sum(row => Number(row[column])).ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Whole(string text) => Number(text).ToString("N0", CultureInfo.InvariantCulture);
}
