using System.Text.Json;
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
        IEnumerable<string> Named(string title) => FaultId().Matches(document.Split($"## {title}")[1].Split("\n## ")[0])
            .Select(match => match.Value).Distinct();

        Named("Known faults of CoreDNS").ShouldBe(Faults(KnownFault.CoreDns), ignoreOrder: true);
        Named("Known faults of other programs").ShouldBe(Known.Faults.Select(fault => fault.Id).Except(Faults(KnownFault.CoreDns)),
            ignoreOrder: true);
    }

    [Test]
    public void Every_fault_is_one_of_a_product_and_every_product_has_a_newest_version_and_an_end_or_says_why_not()
    {
        Known.Faults.Select(fault => fault.Product).Except(Known.Products.Select(product => product.Name)).ShouldBeEmpty();
        Known.Faults.Select(fault => fault.Id).ShouldBeUnique();
        Known.Products.Where(product => (product.Newest is null) == (product.NewestUnknown is null)).Select(product => product.Name)
            .ShouldBeEmpty("either newest or newestUnknown");
        Known.Products.Where(product => product.HasEnds == (product.EndUnknown is not null)).Select(product => product.Name)
            .ShouldBeEmpty("either ends, or supportedFrom, or endUnknown");
    }

    /// <summary>With every part of the platform enabled, each image that the tree itself chooses belongs to a product.</summary>
    [Test]
    public async Task Everything_that_is_listed_has_a_newest_version_or_a_reason()
    {
        var run = await On("2026-11-30", """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                kubernetes: 1.34
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                dns: { autoscaling: { kind: proportional, maxReplicas: 4 } }
                nodeLocalDns: { enabled: true }
                healthController: { enabled: true }
                dnsCheck: { enabled: true }
                externalDns: { instances: [{ name: public, provider: aws, domainFilters: [example.com] }] }
                geoRouting: { enabled: true, zone: geo.example.com, regions: [{ name: eu, clusters: [infra] }] }

            """, "--output", "json");

        using var json = JsonDocument.Parse(run.Output);
        var rows = json.RootElement.GetProperty("versions").EnumerateArray().ToArray();
        rows.Where(row => row.GetProperty("newest").GetString() is null && row.GetProperty("remarks").GetArrayLength() == 0)
            .Select(row => row.GetProperty("name").GetString()).ShouldBeEmpty();
        rows.Select(row => row.GetProperty("name").GetString()).Distinct()
            .ShouldBe(Known.Products.Select(product => product.Name), ignoreOrder: true);
    }

    [TestCase("Flux", "2.8.4", "Kustomization", false)]
    [TestCase("Flux", "2.8.4", "Receiver/gcr", true)]
    [TestCase("Flux", "2.8.5", "Receiver/gcr", false)]
    [TestCase("NodeLocal DNSCache", "1.26.7", "grpc", true)]
    [TestCase("busybox", "1.37.0", "nslookup", false)]
    [TestCase("busybox", "1.37.0", "tar", true)]
    [TestCase("External-DNS", "0.17.0", "", true)]
    [TestCase("External-DNS", "0.22.0", "", false)]
    [TestCase("chart coredns", "1.42.0", "", false)]
    [TestCase("chart coredns", "1.42.1", "", true)]
    public void A_product_has_faults_of_its_own(string product, string version, string used, bool isAffected) =>
        Known.Faults.Where(fault => fault.Product == product && fault.IsIn(SemVer.Parse(version)))
            .Any(fault => fault.Affects(new HashSet<string> { used })).ShouldBe(isAffected);

    [TestCase("1.30.14", true, "a minor version that got no fix")]
    [TestCase("1.31.11", true, "before the fix of its minor version")]
    [TestCase("1.31.12", false, "the fix of its minor version")]
    [TestCase("1.32.7", true, "older than its own fix, and newer than that of another")]
    [TestCase("1.33.4", false, "the newest fix")]
    [TestCase("1.34.0", false, "a later minor version")]
    public void A_fix_of_one_minor_version_is_not_one_of_another(string version, bool isIn, string why) =>
        Known.Faults.Single(fault => fault.Id == "CVE-2025-5187").IsIn(SemVer.Parse(version)).ShouldBe(isIn, why);

    [Test]
    public async Task A_fault_of_kubernetes_is_reported_with_its_fixes_and_with_what_the_definition_does_not_say()
    {
        var run = await On("2026-11-30", Story);

        run.Output.ShouldContain("CVE-2025-5187 in Kubernetes 1.30.0, fixed in Kubernetes 1.31.12, 1.32.8, 1.33.4: affected: ");
        run.Output.ShouldContain("CVE-2025-13281 in Kubernetes 1.30.0, fixed in Kubernetes 1.32.10, 1.33.6, 1.34.2: affected where "
            + "the in-tree Portworx");
        run.Output.ShouldContain("CVE-2026-33186 in NodeLocal DNSCache 1.26.7, no version with a fix is known: not affected, needs grpc");
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
        var run = await On("2026-11-28", Story.Replace("kubernetes: 1.30", "kubernetes: 1.34"));
        run.Output.ShouldContain("without fixes since 2026-10-27");

        (await On("2026-10-27", Story.Replace("kubernetes: 1.30", "kubernetes: 1.34"))).Output
            .ShouldContain("fixes until 2026-10-27");
        (await On("2026-11-28", Story)).Output.ShouldContain("needs Kubernetes 1.33, and infra has 1.30.0");
    }

    [Test]
    public async Task An_accepted_fault_counts_again_after_its_last_day()
    {
        HashSet<string> used = ["kubernetes", "loop", "forward"];
        string[] open = [.. Known.Faults.Where(fault => fault.Product is KnownFault.CoreDns or "Kubernetes" && fault.Affects(used))
            .Select(fault => fault.Id)];
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
    public async Task Accepted_faults_without_effect_are_reported() =>
        (await On("2026-11-28", Story + "accepted: [{ id: CVE-2026-32934, reason: known, until: 2027-03-31 }]\n")).Output
            .ShouldContain("CVE-2026-32934 is accepted in the definition and affects nothing that is delivered");

    [Test]
    public async Task An_accepted_id_that_is_not_one_of_a_fault_is_named()
    {
        var run = await On("2026-11-28", Story, "--accept", "CVE-2026-26081", "--accept", "CVE-2026-26018");

        run.Error.ShouldContain("--accept 'CVE-2026-26081' is not the id of a fault that this program knows");
        run.Error.ShouldNotContain("26018");
    }

    [Test]
    public async Task An_image_tag_that_is_not_a_version_is_named_and_not_the_chart()
    {
        const string Tagged = """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - name: infra
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                values: { coredns: { image: { tag: mybuild } } }

            """;
        var run = await On("2026-11-28", Tagged);

        run.Output.ShouldContain("The image tag 'mybuild' of CoreDNS is not a version, so its faults are unknown.");
        run.Output.ShouldNotContain("The chart is newer");
    }

    [TestCase("sarif")]
    [TestCase("github")]
    public async Task Open_faults_are_findings_for_other_programs(string format) =>
        (await On("2026-11-28", Story, "--output", format)).Output.ShouldContain("CVE-2026-26018 affects CoreDNS 1.11.4");

    [Test]
    public async Task The_version_of_the_program_names_the_day_of_its_data() =>
        (await Verb.Run("--version")).Output.ShouldMatch(
            $@"data of {Known.ReadOn} \(versions and faults\)(, [0-9-]{{10}} \([a-zA-Z ]+\)){{5}}\n$");

    /// <summary>All data of this program is in these files, each with the date when its sources were read.</summary>
    [Test]
    public void Every_data_file_has_a_day()
    {
        var assembly = typeof(KnownVersions).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            reader.ReadToEnd().ShouldMatch(@"(?m)^read: 20[0-9]{2}-[0-9]{2}-[0-9]{2}$", name);
        }
    }

    private static IEnumerable<string> Faults(string product) =>
        Known.Faults.Where(fault => fault.Product == product).Select(fault => fault.Id);

    private static async Task<Verb> On(string day, string definition, params string[] options)
    {
        using var folder = new TemporaryFolder();
        return await Verb.On(day, ["versions", "-f", folder.Write("platform.yaml", definition), .. options]);
    }

    [GeneratedRegex(@"CVE-\d+-\d+|[a-z]+#\d+")]
    private static partial Regex FaultId();

    [GeneratedRegex(@"^NodeLocal DNSCache \S+ infra$")]
    private static partial Regex NodeLocal();
}
