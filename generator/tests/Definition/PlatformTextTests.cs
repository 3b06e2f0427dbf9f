using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Definition;

public class PlatformTextTests
{
    [Test]
    public void A_thousand_findings_are_enough()
    {
        var unknown = string.Concat(Enumerable.Range(0, 60_000).Select(index => $"unknown{index}: 1\n"));

        var findings = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(unknown)).ShouldBeOfType<PlatformReading.Invalid>()
            .Findings;

        findings.Length.ShouldBeInRange(1000, 1010);
        findings.ShouldContain(finding => finding.Rule == "yaml-too-many-findings");
    }

    [Test]
    public void Errors_after_a_thousand_findings_are_not_accepted()
    {
        var unknown = string.Concat(Enumerable.Range(0, 1_100).Select(index => $"unknown{index}: 1\n"));

        PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(unknown + """
            repository: { url: nowhere }
            clusters: [{ name: y, network: { pods: all, services: none } }]
            """)).ShouldBeOfType<PlatformReading.Invalid>();
    }

    [Test]
    public void Keys_of_a_cluster_are_unknown_in_defaults_and_groups(
        [Values("yy", "y", "A_B", "5", "1e3", "\"\"", "null", "", "on", "\"0x10\"")] string value,
        [Values("defaults: {{ name: {0} }}", "groups: {{ g: {{ name: {0} }} }}")] string place)
    {
        const string Sound = """
            repository: { url: https://github.com/example/platform.git }
            clusters: [{ name: a, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]

            """;

        var finding = PlatformText.Read("platform.yaml",
                Encoding.UTF8.GetBytes(Sound + string.Format(System.Globalization.CultureInfo.InvariantCulture, place, value)))
            .ShouldBeOfType<PlatformReading.Invalid>().Findings.ShouldHaveSingleItem();

        finding.Rule.ShouldBe("unknown-key");
        finding.Fix.ShouldBe("It belongs to each cluster; it cannot be a default.");
    }

    [Test]
    public void Ten_times_as_many_clusters_take_ten_times_as_much_memory()
    {
        var (small, large) = (Encoding.UTF8.GetBytes(Fleet(100)), Encoding.UTF8.GetBytes(Fleet(1000)));
        var (few, many) = (Allocated(small, 100), Allocated(large, 1000));
        ((double)many / few).ShouldBeLessThan(12);
        many.ShouldBeLessThan(160L << 20);
    }

    [Test]
    public void A_thousand_clusters_with_the_same_ranges_are_each_reported_once_for_each_range()
    {
        var bytes = Encoding.UTF8.GetBytes("repository: { url: https://github.com/example/platform.git }\nclusters:\n" +
            string.Concat(Enumerable.Range(0, 1000)
            .Select(i => $"  - {{ name: c{i}, network: {{ pods: 10.0.0.0/16, services: 10.1.0.0/16, nodes: 192.168.0.0/16 }} }}\n")));
        PlatformText.Read("platform.yaml", bytes).ShouldBeOfType<PlatformReading.Invalid>().Findings
            .Count(finding => finding.Rule == "overlap-across-clusters").ShouldBe(2 * 999);
    }

    [Test]
    public void A_cluster_without_a_word_about_DNS_gets_the_documented_defaults()
    {
        var cluster = Sound("clusters: [{ name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]\n").Clusters[0];
        cluster.Domain.Text.ShouldBe("cluster.local");
        cluster.Dns.ClusterIP.ToString().ShouldBe("10.245.0.10");
        (cluster.Dns.Replicas, cluster.Dns.MinAvailable, cluster.Dns.Log).ShouldBe((2, 1, LogClass.Error));
        string.Join(' ', cluster.Dns.Upstreams).ShouldBe("1.1.1.1 1.0.0.1");
        cluster.Dns.Resources.CpuLimit!.Text.ShouldBe("200m");
        cluster.Dns.Autoscaling.ShouldBeOfType<Autoscaling.Off>();
        cluster.NetworkPolicy.ShouldBe(NetworkPolicyFlavour.Cilium);
        cluster.Monitoring.Flavour.ShouldBe(MonitoringFlavour.VictoriaMetrics);
        cluster.Monitoring.ManageCrds.ShouldBeTrue();
    }

    [Test]
    public void A_clusters_own_value_wins_over_the_defaults_key_by_key()
    {
        var platform = Sound("""
            defaults:
              domain: example.internal
              dns:
                replicas: 4
                minAvailable: 3
                upstreams: [9.9.9.9]
                resources: { requests: { cpu: 50m }, limits: { cpu: none } }
                autoscaling: { kind: hpa, maxReplicas: 9, cpuPercent: 50 }
            clusters:
              - { name: one, network: { pods: 10.0.0.0/16, services: 10.1.0.0/16 } }
              - name: two
                network: { pods: 10.2.0.0/16, services: 10.3.0.0/16 }
                dns:
                  replicas: 5
                  upstreams: [1.1.1.1]
                  resources: { requests: { memory: 64Mi }, limits: { cpu: 300m } }
                  autoscaling: { kind: proportional }

            """);
        var (one, two) = (platform.Clusters[0].Dns, platform.Clusters[1].Dns);
        one.Autoscaling.ShouldBe(new Autoscaling.Horizontal(9, 50));
        one.Resources.CpuLimit.ShouldBeNull();
        (two.Replicas, two.MinAvailable).ShouldBe((5, 3));
        two.Upstreams.ShouldHaveSingleItem().Address.ToString().ShouldBe("1.1.1.1");
        (two.Resources.CpuRequest.Text, two.Resources.MemoryRequest.Text, two.Resources.CpuLimit!.Text).ShouldBe(("50m", "64Mi", "300m"));
        two.Autoscaling.ShouldBe(new Autoscaling.Proportional(256, 16, 10), "an autoscaler is replaced as a whole");
    }

    [TestCase("1.38.0", "", ChartSource.Http, "https://coredns.github.io/helm")]
    [TestCase("1.38.1", "", ChartSource.Oci, "oci://ghcr.io/coredns/charts/coredns")]
    [TestCase("1.38.0", ", source: oci", ChartSource.Oci, "oci://ghcr.io/coredns/charts/coredns")]
    [TestCase("1.46.2", ", source: http", ChartSource.Http, "https://coredns.github.io/helm")]
    [TestCase("1.38.0", ", url: oci://registry.example.com/coredns", ChartSource.Oci, "oci://registry.example.com/coredns")]
    public void The_charts_source_follows_its_version_unless_it_is_written(string version, string rest, ChartSource source, string url)
    {
        var chart =
            Sound(
            $"charts: {{ coredns: {{ version: {version}{rest} }} }}\nclusters: [{{ name: infra, network: {{ pods: 10.244.0.0/16, " +
            "services: 10.245.0.0/16 } }]\n").Charts["coredns"];
        (chart.Source, chart.Url).ShouldBe((source, url));
    }

    [TestCase("2.5.1", false)]
    [TestCase("2.9.0", true)]
    public void Substitution_is_strict_from_Flux_2_9_on(string version, bool strict) =>
        Sound($"flux: {{ version: {version} }}\nclusters: [{{ name: infra, network: {{ pods: 10.244.0.0/16, services: 10.245.0.0/16 }} " +
            "}]\n").Flux.StrictSubstitution.ShouldBe(strict);

    [TestCase("1.30", "1.30.0")]
    [TestCase("1.30.0-gke.5", "1.30.0")]
    [TestCase("1.31.4+k3s1", "1.31.4")]
    [TestCase("1.27.0-eks-1234567", "1.27.0")]
    public void The_vendor_suffix_of_a_Kubernetes_version_is_ignored(string written, string version) =>
        Sound($"clusters: [{{ name: infra, kubernetes: '{written}', network: {{ pods: 10.244.0.0/16, services: 10.245.0.0/16 }} }}]\n")
            .Clusters[0].Kubernetes!.ToString().ShouldBe(version);

    [Test]
    public void A_Kubernetes_object_is_one_finding() =>
        PlatformText.Read("platform.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: it }\nspec: {}\n"u8)
            .ShouldBeOfType<PlatformReading.Invalid>().Findings.ShouldHaveSingleItem().Message
            .ShouldBe("This is a Kubernetes object of kind 'ConfigMap', and not a definition of clusters.");

    [Test]
    public void An_amount_in_the_wrong_unit_has_no_second_finding_about_its_order()
    {
        var text = "repository: { url: https://github.com/example/platform.git }\nclusters: [{ name: infra, network: { "
            + "pods: 10.244.0.0/16, services: 10.245.0.0/16 }, dns: { resources: { limits: { memory: 128m } } } }]\n";

        PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(text)).ShouldBeOfType<PlatformReading.Invalid>()
            .Findings.ShouldHaveSingleItem().Rule.ShouldBe("quantity-implausible");
    }

    [Test]
    public void An_IPv6_cluster_asks_IPv6_servers_by_default() =>
        string.Join(' ',
            Sound("clusters: [{ name: six, network: { pods: 'fd00:1::/56', services: 'fd00:2::/112' } }]\n").Clusters[0].Dns.Upstreams)
            .ShouldBe("2606:4700:4700::1111 2606:4700:4700::1001");

    [Test]
    public void A_secret_is_never_printed()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Fixtures.Folder, "invalid"), "secret-*.yaml"))
        {
            var invalid = PlatformText.Read("platform.yaml", File.ReadAllBytes(path)).ShouldBeOfType<PlatformReading.Invalid>();
            var printed = string.Join('\n', invalid.Findings);
            printed.ShouldNotContain("hunter2");
            printed.ShouldNotContain("0123456789");
            printed.ShouldNotContain("OPENSSH");
        }
    }

    [Test]
    public void A_damaged_definition_never_throws_and_is_never_refused_without_a_reason([Range(1, 20)] int seed)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Fixtures.Folder, "valid")).Order(StringComparer.Ordinal)
            .Select(File.ReadAllText).ToArray();
        var random = new Random(seed);
        var words = new[] { "~", "[]", "{}", "x", "-1", "\"", "&a ", "*a", "<<: ", "!!x ", "$", "\t", ": ", "\n", "  ", "10.0.0.0/8",
            "none", "- ", "#", "\\" };
        for (var round = 0; round < 100; round++)
        {
            var text = new StringBuilder(sources[random.Next(sources.Length)]);
            for (var change = 0; change <= random.Next(4); change++)
            {
                var at = random.Next(text.Length);
                _ = random.Next(2) == 0 ? text.Insert(at, words[random.Next(words.Length)])
                    : text.Remove(at, Math.Min(random.Next(12), text.Length - at));
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            if (PlatformText.Read("platform.yaml", bytes) is PlatformReading.Invalid invalid)
            {
                invalid.Findings.ShouldNotBeEmpty(text.ToString());
            }
        }
    }

    private static Platform Sound(string text)
    {
        var reading = PlatformText.Read("platform.yaml",
            Encoding.UTF8.GetBytes("repository: { url: https://github.com/example/platform.git }\n" + text));
        return reading.ShouldBeOfType<PlatformReading.Valid>(reading is PlatformReading.Invalid invalid
            ? string.Join('\n', invalid.Findings) : "").Platform;
    }

    private static long Allocated(byte[] bytes, int clusters)
    {
        PlatformText.Read("platform.yaml", bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        PlatformText.Read("platform.yaml", bytes).ShouldBeOfType<PlatformReading.Valid>().Platform.Clusters.Length.ShouldBe(clusters);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Fleet(int count) => "repository: { url: https://github.com/example/platform.git }\nclusters:\n"
        + string.Concat(Enumerable.Range(0, count).Select(i => $"""
          - name: cluster-{i}
            network:
              pods: 10.{i / 16}.{i % 16 * 16}.0/20
              services: 172.{16 + (i / 256)}.{i % 256}.0/24
              nodes: 192.168.0.0/16
            dns:
              clusterIP: 172.{16 + (i / 256)}.{i % 256}.10
              replicas: 3
              upstreams: [9.9.9.9, 149.112.112.112]
              resources: {"{"} limits: {"{"} memory: 512Mi {"}"} {"}"}

        """));
}

/// <summary>
/// Definitions with typical mistakes of new users. They were written from docs/definition.md without knowledge of the rules, with the
/// expected messages: a comment <c># wrong: word | word</c> marks the line of the mistake, with a word of the message and a word of the
/// fix.
/// </summary>
public sealed class MistakeTests
{
    private const string Mark = " # wrong: ";

    private static IEnumerable<TestCaseData> Mistakes() =>
        Directory.GetFiles(Path.Combine(Fixtures.Folder, "mistakes"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetName($"The message helps: {Path.GetFileNameWithoutExtension(file)}"));

    [TestCaseSource(nameof(Mistakes))]
    public void The_message_names_the_place_what_is_wrong_there_and_the_fix(string file)
    {
        var lines = File.ReadAllLines(file);
        var line = Array.FindIndex(lines, text => text.Contains(Mark));
        var parts = lines[line].Split(Mark);
        var wanted = parts[1].Split(" | ");
        lines[line] = parts[0];

        var invalid = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(string.Join('\n', lines)))
            .ShouldBeOfType<PlatformReading.Invalid>();

        var there = invalid.Findings.Where(finding => finding.Position.Line == line + 1).ToList();
        there.Any(finding => finding.Message.Contains(wanted[0])
                && $"{finding.Message} {finding.Fix}".Contains(wanted[1]))
            .ShouldBeTrue(string.Join('\n', invalid.Findings));
        there.ShouldAllBe(finding => finding.Position.Column > 0 && finding.Fix.Length > 0);
    }
}

public class SuggestionTests
{
    [TestCase("replica", "replicas")]
    [TestCase("replicaCount", "replicas")]
    [TestCase("clusterIp", "clusterIP")]
    [TestCase("minAvialable", "minAvailable")]
    [TestCase("upstraems", "upstreams")]
    [TestCase("resource", "resources")]
    public void A_typing_error_is_answered_with_the_key_that_was_meant(string word, string meant) => Finding(word)
        .ShouldBe($"Did you mean '{meant}'?");

    [TestCase("lantern")]
    [TestCase("x")]
    public void A_word_that_is_near_to_nothing_is_answered_with_all_keys(string word) =>
        Finding(word).ShouldBe($"Known here: {string.Join(", ", Dns.Keys.Select(key => key.Name))}.");

    private static ObjectShape Dns => (ObjectShape)((ObjectShape)((ListShape)PlatformText.Shape["clusters"]!.Shape).Item)["dns"]!.Shape;

    private static string Finding(string word)
    {
        var text =
            "repository: { url: https://github.com/example/platform.git }\nclusters: [{ name: infra, network: { pods: 10.244.0.0/16, " +
            "services: 10.245.0.0/16 }, dns: { " + word + ": 1 } }]\n";
        return Generator.Definition.PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(text))
            .ShouldBeOfType<Generator.Definition.PlatformReading.Invalid>().Findings.ShouldHaveSingleItem().Fix;
    }
}
