using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Commands;
using PlatformGitOps.Generator.Tests.Commands;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Versions;

/// <summary>The command <c>versions</c> and its data file.</summary>
public sealed partial class KnownVersionsTests
{
    private const string Story = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            kubernetes: 1.30
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            nodeLocalDns: { enabled: true }
          - name: apps
            network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 }
            charts: { coredns: { version: 1.46.2 } }

        """;

    private static readonly KnownVersions Known = KnownVersions.Instance;

    [Test]
    public async Task The_document_and_the_data_name_the_same_faults()
    {
        var document = await File.ReadAllTextAsync(RepositoryRoot.File("docs", "version-drift.md"));
        var table = document.Split("## Known faults of CoreDNS")[1].Split("\n## ")[0];

        FaultId().Matches(table).Select(match => match.Value).Distinct()
            .ShouldBe(Known.Faults.Select(fault => fault.Id), ignoreOrder: true);
    }

    [Test]
    public void A_fault_is_over_from_the_version_that_fixes_it()
    {
        var fault = Known.Faults.Single(fault => fault.Id == "coredns#6898");
        bool In(string version) => fault.IsIn(SemVer.Parse(version));
        (In("1.11.3"), In("1.11.4"), In("1.12.0"), In("1.12.1")).ShouldBe((false, true, true, false));
    }

    [Test]
    public void A_fault_affects_a_corefile_that_has_all_and_any_of_what_it_needs()
    {
        var fault = Known.Faults.First(fault => !fault.All.IsEmpty && !fault.Any.IsEmpty);
        fault.Affects(fault.All.ToHashSet()).ShouldBeFalse();
        fault.Affects(fault.Any.ToHashSet()).ShouldBeFalse();
        fault.Affects(fault.All.Append(fault.Any[^1]).ToHashSet()).ShouldBeTrue();
    }

    [Test]
    public async Task Every_chart_program_and_image_is_listed_with_the_clusters_that_have_it()
    {
        var run = await On("2026-11-28", Story, "--output", "json");

        run.ExitCode.ShouldBe(1);
        using var json = JsonDocument.Parse(run.Output);
        string Text(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";
        var rows = json.RootElement.GetProperty("versions").EnumerateArray().Select(row => $"{Text(row, "name")} {Text(row, "pinned")} "
            + string.Join(',', row.GetProperty("clusters").EnumerateArray().Select(cluster => cluster.GetString()))).ToArray();
        rows.ShouldContain("chart coredns 1.38.0 infra");
        rows.ShouldContain("chart coredns 1.46.2 apps");
        rows.ShouldContain("CoreDNS 1.11.4 infra");
        rows.ShouldContain("CoreDNS 1.13.1 apps");
        rows.ShouldContain("Kubernetes 1.30.0 infra");
        rows.ShouldContain(row => NodeLocal().IsMatch(row));
        var faults = json.RootElement.GetProperty("faults").EnumerateArray()
            .Select(fault => $"{Text(fault, "id")} {Text(fault, "in")} {Text(fault, "state")}").ToArray();
        faults.ShouldContain("CVE-2026-26018 CoreDNS affected");
        faults.ShouldContain("CVE-2026-26018 NodeLocal DNSCache affected");
        faults.ShouldContain("CVE-2026-32934 CoreDNS not-affected");
        json.RootElement.GetProperty("findings").EnumerateArray().Select(finding => Text(finding, "rule")).ShouldContain("known-fault");
    }

    [Test]
    public async Task The_text_says_what_is_without_fixes_and_what_does_not_go_together()
    {
        var run = await On("2026-11-28", Story.Replace("kubernetes: 1.30", "kubernetes: 1.34", StringComparison.Ordinal));
        run.Output.ShouldContain("without fixes since 2026-10-27");

        (await On("2026-10-27", Story.Replace("kubernetes: 1.30", "kubernetes: 1.34", StringComparison.Ordinal))).Output
            .ShouldContain("fixes until 2026-10-27");
        (await On("2026-11-28", Story)).Output.ShouldContain("needs Kubernetes 1.33, and infra has 1.30.0");
    }

    [Test]
    public async Task An_accepted_fault_counts_again_after_its_last_day()
    {
        HashSet<string> used = ["kubernetes", "loop", "forward"];
        string[] open = [.. Known.Faults.Where(fault => fault.Affects(used)).Select(fault => fault.Id)];
        var accepted = "accepted:\n" + string.Concat(open.Select(id => $"  - {{ id: '{id}', reason: known, until: 2027-03-31 }}\n"));

        var fine = await On("2027-03-31", Story + accepted);
        fine.ExitCode.ShouldBe(0, fine.Output);
        fine.Output.ShouldContain("accepted until 2027-03-31, known");

        var over = await On("2027-04-01", Story + accepted);
        over.ExitCode.ShouldBe(1);
        over.Output.ShouldContain("affected, accepted until 2027-03-31 only");
        (await On("2027-04-01", Story + accepted, ["--quiet", "--accept", .. open])).ShouldBe(new Verb(0, "", ""));
    }

    [Test]
    public async Task What_is_accepted_and_affects_nothing_is_named() =>
        (await On("2026-11-28", Story + "accepted: [{ id: CVE-2026-32934, reason: known, until: 2027-03-31 }]\n")).Output
            .ShouldContain("CVE-2026-32934 is accepted in the definition and affects nothing that is delivered");

    [TestCase("sarif")]
    [TestCase("github")]
    public async Task Open_faults_are_findings_for_other_programs(string format) =>
        (await On("2026-11-28", Story, "--output", format)).Output.ShouldContain("CVE-2026-26018 affects CoreDNS 1.11.4");

    [Test]
    public async Task The_version_of_the_program_names_the_day_of_its_data() =>
        (await Verb.Run("--version")).Output.ShouldContain($"data of {Known.ReadOn}");

    private static async Task<Verb> On(string day, string definition, params string[] options)
    {
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var file = folder.Write("platform.yaml", definition);
        var time = new Noon(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        var code = await CommandLine.RunAsync(["versions", "-f", file, .. options],
            new InvocationConfiguration { Output = output, Error = error }, time, CancellationToken.None);
        return new Verb(code, output.ToString(), error.ToString());
    }

    private sealed class Noon(DateOnly day) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(day, new TimeOnly(12, 0), TimeSpan.Zero);
    }

    [GeneratedRegex(@"CVE-\d+-\d+|coredns#\d+")]
    private static partial Regex FaultId();

    [GeneratedRegex(@"^NodeLocal DNSCache \S+ infra$")]
    private static partial Regex NodeLocal();
}
