using PlatformGitOps.Generator.Upgrade;

namespace PlatformGitOps.Generator.Tests.Upgrade;

/// <summary>The command <c>upgrade coredns</c>.</summary>
public sealed class UpgradeTests
{
    private const string Rest = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }

        """;

    private static readonly string Sum = new('a', 64);

    private static readonly SemVer Newer = SemVer.Parse("1.39.0");

    [TestCase("charts:\n  # pinned\n  coredns:\n    version: 1.38.0   # by us\n    source: auto\n",
        "charts:\n  # pinned\n  coredns:\n    version: 1.39.0   # by us\n    source: auto\n")]
    [TestCase("charts: { coredns: { version: \"1.38.0\" } }\n", "charts: { coredns: { version: \"1.39.0\" } }\n")]
    [TestCase("charts:\n  coredns: { version: '1.38.0', source: auto }\n", "charts:\n  coredns: { version: '1.39.0', source: auto }\n")]
    [TestCase("charts:\n  coredns:\n    source: auto\n", "charts:\n  coredns:\n    version: 1.39.0\n    source: auto\n")]
    [TestCase("charts:\n  coredns: { source: auto }\n", "charts:\n  coredns: { version: 1.39.0, source: auto }\n")]
    [TestCase("charts: {}\n", "charts: { coredns: { version: 1.39.0 } }\n")]
    [TestCase("charts:\n  monitoringCrds:\n    version: 30.0.1\n",
        "charts:\n  coredns: { version: 1.39.0 }\n  monitoringCrds:\n    version: 30.0.1\n")]
    [TestCase("# comment\r\nflux: { version: 2.9.4 }\r\n",
        "# comment\r\nflux: { version: 2.9.4 }\r\ncharts: { coredns: { version: 1.39.0 } }\r\n")]
    [TestCase("# yaml-language-server: x\n\n# Ours.\nflux: { version: 2.9.4 }\n\n# The repository,\n# read by all.\n",
        "# yaml-language-server: x\n\n# Ours.\nflux: { version: 2.9.4 }\n\ncharts: { coredns: { version: 1.39.0 } }\n"
            + "# The repository,\n# read by all.\n")]
    [TestCase("charts:\n  # The definitions.\n  monitoringCrds:\n    version: 30.0.1\n",
        "charts:\n  coredns: { version: 1.39.0 }\n  # The definitions.\n  monitoringCrds:\n    version: 30.0.1\n")]
    [TestCase("\uFEFFcharts: { coredns: { version: 1.38.0 } }\n", "\uFEFFcharts: { coredns: { version: 1.39.0 } }\n")]
    [TestCase("flux:\n  version: 2.9.4\n  # strictSubstitution: true\n",
        "flux:\n  version: 2.9.4\n  # strictSubstitution: true\ncharts: { coredns: { version: 1.39.0 } }\n",
        Description = "a comment in the section above")]
    [TestCase("flux:\n  version: 2.9.4\n  # strictSubstitution: true\n# The repository.\n",
        "flux:\n  version: 2.9.4\n  # strictSubstitution: true\ncharts: { coredns: { version: 1.39.0 } }\n# The repository.\n")]
    [TestCase("defaults:\n  patches: |\n    a: b\n    # not a comment\n",
        "defaults:\n  patches: |\n    a: b\n    # not a comment\ncharts: { coredns: { version: 1.39.0 } }\n",
        Description = "the last line of a text")]
    [TestCase("\uFEFF# All.\ncharts:\n# Seen.\n  # Pinned.\n  monitoringCrds: { version: 30.0.1 }\n",
        "\uFEFF# All.\ncharts:\n# Seen.\n  coredns: { version: 1.39.0 }\n  # Pinned.\n  monitoringCrds: { version: 30.0.1 }\n")]
    public void Only_the_version_is_written(string before, string after) =>
        DefinitionEdit.WithChartVersion(before + Rest, "coredns", Newer).ShouldBe(after + Rest);

    [Test]
    public void A_definition_without_the_key_gets_it_behind_its_first_one() =>
        DefinitionEdit.WithChartVersion(Rest, "coredns", Newer)
            .ShouldBe(WithCharts("1.39.0"));

    private static string WithCharts(string version) =>
        Rest.Replace("clusters:", $"charts: {{ coredns: {{ version: {version} }} }}\nclusters:");

    [TestCase("charts:\n  # pinned\n  coredns:\n    version: 1.38.0  # a\n    # seen\n    digest: sha256:DIGEST  # b\n    url: a\n",
        "charts:\n  # pinned\n  coredns:\n    version: 1.38.0  # a\n    # seen\n    url: a\n")]
    [TestCase("charts:\r\n  coredns:\r\n    digest: 'sha256:DIGEST'\r\n    version: 1.38.0\r\n",
        "charts:\r\n  coredns:\r\n    version: 1.38.0\r\n")]
    [TestCase("charts: { coredns: { digest: \"sha256:DIGEST\", version: 1.38.0 } }   # one line\n",
        "charts: { coredns: { version: 1.38.0 } }   # one line\n")]
    [TestCase("charts: {coredns: {version: 1.38.0, digest: 'sha256:DIGEST'}}\n", "charts: {coredns: {version: 1.38.0}}\n")]
    [TestCase("charts:\n  coredns: { version: 1.38.0,\n    digest: sha256:DIGEST,   # ours\n    source: oci }\n",
        "charts:\n  coredns: { version: 1.38.0,\n    source: oci }\n")]
    [TestCase("charts:\n  coredns: { version: 1.38.0,\n    digest: sha256:DIGEST }\n", "charts:\n  coredns: { version: 1.38.0 }\n")]
    [TestCase("charts:\n  coredns:\n    version: 1.38.0\n", "charts:\n  coredns:\n    version: 1.38.0\n")]
    [TestCase("charts:\n  coredns:\n    version: 1.38.0\n    digest: >-\n      sha256:DIGEST\n", null)]
    public void Only_the_digest_is_deleted(string before, string? after) => DefinitionEdit.WithoutChartDigest(
        before.Replace("DIGEST", Sum) + Rest, "coredns").ShouldBe(after is null ? null : after + Rest);

    /// <summary>In an OCIRepository the digest has precedence over the tag: Flux would continue with the old chart.</summary>
    [Test]
    public async Task The_digest_of_the_old_chart_goes_with_its_version()
    {
        using var folder = new TemporaryFolder();
        var text = $"charts:\n  coredns:\n    version: 1.38.1 # tested\n    digest: sha256:{Sum}\n{Rest}";
        var file = folder.Write("platform.yaml", text);

        var shown = await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file);
        shown.ExitCode.ShouldBe(0, shown.Error + shown.Output);
        shown.Output.ShouldContain("charts.coredns.digest is that of chart 1.38.1 and has to go");
        shown.Output.ShouldContain("'crane digest ghcr.io/coredns/charts/coredns:1.46.2'");
        shown.Output.ShouldContain("Add --write to set charts.coredns.version to 1.46.2 and to delete charts.coredns.digest.");
        (await File.ReadAllTextAsync(file)).ShouldBe(text);

        var written = await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file, "--write", "--without-objects");
        written.ExitCode.ShouldBe(0, written.Error + written.Output);
        written.Output.ShouldContain("charts.coredns.version is 1.46.2, and charts.coredns.digest is deleted.");
        (await File.ReadAllTextAsync(file)).ShouldBe("charts:\n  coredns:\n    version: 1.46.2 # tested\n" + Rest);
    }

    [Test]
    public async Task The_file_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no modes.");
            return;
        }

        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", Rest);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(file, Mode);

        (await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file, "--write", "--without-objects")).ExitCode.ShouldBe(0);

        File.GetUnixFileMode(file).ShouldBe(Mode);
    }

    [Test]
    public async Task A_step_between_two_charts_of_one_CoreDNS_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", "charts: { coredns: { version: 1.45.2 } }\n" + Rest);

        (await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file)).Output.ShouldStartWith(
            $"chart coredns 1.45.2 -> 1.46.2, both with CoreDNS {CoreDnsChart.AppVersionOf(SemVer.Parse("1.46.2"))}\n");
    }

    [Test]
    public async Task A_build_of_one_s_own_is_compared_as_its_release()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", "charts: { coredns: { version: 1.45.2 } }\n" + Rest);

        var run = await Verb.Run("upgrade", "coredns", "--to", "1.46.2-nord.1", "-f", file);

        run.Output.ShouldStartWith(
            $"chart coredns 1.45.2 -> 1.46.2-nord.1, both with CoreDNS {CoreDnsChart.AppVersionOf(SemVer.Parse("1.46.2"))}\n");
        run.Output.ShouldNotContain("unknown");
        run.ExitCode.ShouldBe(0, run.Error + run.Output);
    }

    [Test]
    public Task A_digest_that_cannot_be_deleted_in_place_is_left_to_a_person() => IsRefused(
        $"charts:\n  coredns:\n    version: 1.38.1\n    digest: >-\n      sha256:{Sum}\n{Rest}", "1.46.2",
        "Write 'version: 1.46.2' there by hand, and delete the digest");

    [Test]
    public void A_version_in_another_form_is_left_to_a_person() =>
        DefinitionEdit.WithChartVersion("charts:\n  coredns:\n    version: >-\n      1.38.0\n" + Rest, "coredns", Newer).ShouldBeNull();

    [Test]
    public async Task It_shows_first_and_writes_when_asked()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", Rest);

        var shown = await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file);

        shown.ExitCode.ShouldBe(0, shown.Error + shown.Output);
        shown.Output.ShouldContain("chart coredns 1.38.0 -> 1.46.2, CoreDNS 1.11.4 -> 1.13.1");
        shown.Output.ShouldContain("plugins: +multisocket, +nomad, +quic");
        shown.Output.ShouldContain("Nothing was written. Add --write");
        (await File.ReadAllTextAsync(file)).ShouldBe(Rest);

        var unseen = await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file, "--write");
        unseen.ExitCode.ShouldBe(3);
        unseen.Error.ShouldContain("the charts' objects were not compared");
        (await File.ReadAllTextAsync(file)).ShouldBe(Rest);

        (await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file, "--write", "--without-objects")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(file)).ShouldBe(WithCharts("1.46.2"));

        (await Verb.Run("upgrade", "coredns", "--to", "1.38.0", "-f", file, "--write", "--without-objects")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(file)).ShouldBe(WithCharts("1.38.0"));
        (await Verb.Run("upgrade", "coredns", "--to", "1.38.0", "-f", file)).Output.ShouldContain("has chart coredns 1.38.0 already");
    }

    [Test]
    public async Task A_cluster_with_an_image_of_its_own_keeps_its_CoreDNS()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", $$"""
            {{Rest}}    values: { coredns: { image: { tag: 1.14.7 } } }
              - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
            """);

        var shown = await Verb.Run("upgrade", "coredns", "--to", "1.46.2", "-f", file);

        shown.Output.ShouldContain("CoreDNS 1.11.4 -> 1.13.1");
        shown.Output.ShouldContain("  cluster infra keeps CoreDNS 1.14.7: its image.tag decides\n");
        shown.Output.ShouldNotContain("cluster apps keeps");
    }

    [Test]
    public Task Nothing_is_written_if_each_cluster_pins_its_version() => IsRefused(
        "defaults: { charts: { coredns: { version: 1.38.0 } } }\n" + Rest, "1.46.2", "Each cluster has a version of its own");

    [Test]
    public async Task An_unknown_release_is_refused_until_it_is_forced()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", Rest);

        var refused = await Verb.Run("upgrade", "coredns", "--to", "1.999.0", "-f", file, "--write");
        refused.ExitCode.ShouldBe(3);
        refused.Output.ShouldContain($"The newest one that it knows is {CoreDnsChart.Releases.Keys.Last()}");
        (await File.ReadAllTextAsync(file)).ShouldBe(Rest);

        (await Verb.Run("upgrade", "coredns", "--to", "1.999.0", "-f", file, "--write", "--force")).ExitCode.ShouldBe(0);
        (await File.ReadAllTextAsync(file)).ShouldContain("1.999.0");
    }

    private static async Task IsRefused(string definition, string to, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", definition);

        var run = await Verb.Run("upgrade", "coredns", "--to", to, "-f", file, "--write", "--without-objects");

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain(message);
        (await File.ReadAllTextAsync(file)).ShouldBe(definition);
    }

    [TestCase("1.42.1", "opens no TCP port")]
    [TestCase("1.37.3", "older than 1.38.0")]
    [TestCase("latest", "is not a version such as 1.38.0")]
    [TestCase("v1.39.0", "leave the 'v' away")]
    public async Task A_version_that_no_definition_can_have_is_an_error(string to, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", Rest);

        var run = await Verb.Run("upgrade", "coredns", "--to", to, "-f", file, "--write", "--force");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(message);
        (await File.ReadAllTextAsync(file)).ShouldBe(Rest);
    }

    [Test]
    public Task A_value_that_the_newer_chart_does_not_read_stops_it() => IsRefused(
        $"charts: {{ coredns: {{ version: 1.45.1 }} }}\n{Rest}    values: {{ coredns: {{ dnsConfig: {{ options: [] }} }} }}\n", "1.45.2",
        "does not read 'dnsConfig'");

    [Test]
    public void Changes_that_the_API_server_refuses_are_unsafe_and_version_labels_are_hidden()
    {
        static Mapping Object(string kind, string name, params Entry[] spec) => new()
        {
            { "apiVersion", kind == "Deployment" ? "apps/v1" : "v1" },
            { "kind", kind },
            { "metadata", new Mapping { { "name", name }, { "labels", new Mapping { { "helm.sh/chart", name } } } } },
            { "spec", new Mapping(spec) },
        };
        var selector = new Mapping { { "matchLabels", new Mapping { { "k8s-app", "kube-dns" } } } };
        var other = new Mapping { { "matchLabels", new Mapping { { "k8s-app", "coredns" } } } };
        Mapping[] before = [Object("Deployment", "coredns", new Entry("selector", selector)), Object("Service", "kube-dns")];
        Mapping[] after = [Object("Deployment", "coredns", new Entry("selector", other), new Entry("paused", true))];

        var changes = ChartObjects.Compare(before, after, []).ToArray();

        changes.Where(change => change.Unsafe).Select(change => change.Text).ShouldBe(
        [
            "Deployment coredns spec.selector.matchLabels.k8s-app: kube-dns -> coredns, which the API server refuses: the upgrade fails",
            "Service kube-dns is deleted",
        ]);
        changes.Where(change => !change.Unsafe).Select(change => change.Text)
            .ShouldBe(["Deployment coredns spec.paused: (nothing) -> true"]);
    }

    private static readonly ImmutableHashSet<(string Kind, string Name)> OfDns = [("Service", "kube-dns"), ("Deployment", "coredns"),
        ("ClusterRole", "coredns"), ("ConfigMap", "coredns")];

    /// <summary>Chart 1.42.1 did that (docs/upgrades.md).</summary>
    [Test]
    public void A_field_that_DNS_depends_on_is_unsafe()
    {
        const string Udp = "{name: udp-53, port: 53, protocol: UDP, targetPort: 53}";
        const string Tcp = "{name: tcp-53, port: 53, protocol: TCP, targetPort: 53}";
        static Mapping Service(string name, params string[] ports) => Given.Object("{apiVersion: v1, kind: Service, "
            + $"metadata: {{name: {name}, namespace: kube-system}}, spec: {{ports: [{string.Join(", ", ports)}]}}}}");
        static Mapping Role(string rules) => Given.Object(
            $"{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: coredns}}, rules: [{rules}]}}");

        var changes = ChartObjects.Compare([Service("kube-dns", Udp, Tcp), Service("coredns-metrics", Udp, Tcp), Role("a, b")],
            [Service("kube-dns", Udp), Service("coredns-metrics", Udp), Role("a")], OfDns).ToArray();

        changes.Where(change => change.Unsafe).Select(change => change.Text).ShouldBe(
        [
            "ClusterRole coredns rules[1]: b -> (nothing): CoreDNS may not be allowed to list Services",
            $"Service kube-system/kube-dns spec.ports[1]: {Tcp} -> (nothing): queries to a port of the Service may get no answer",
        ]);
        changes.Where(change => !change.Unsafe).Select(change => change.Text)
            .ShouldBe([$"Service kube-system/coredns-metrics spec.ports[1]: {Tcp} -> (nothing)"]);
        File.ReadAllText(RepositoryRoot.File("docs", "upgrades.md")).ShouldContain("**unsafe** " + changes[^1].Text);
        ChartObjects.Compare([Role("a")], [], OfDns).ShouldHaveSingleItem().ShouldBe(new("ClusterRole coredns is deleted", true));
        ChartObjects.Compare([Role("a")], [], []).ShouldHaveSingleItem().Unsafe.ShouldBeFalse();
    }

    /// <summary>Releases of the chart changed these; the Corefile is compared by the values that it is made of.</summary>
    [TestCase("Deployment", "spec: {template: {spec: {containers: [{name: coredns, image: 'coredns:1.12.2'}]}}}",
        "spec: {template: {spec: {containers: [{name: coredns, image: 'coredns:1.12.3'}]}}}")]
    [TestCase("Deployment", "spec: {template: {spec: {containers: [{name: coredns}]}}}",
        "spec: {template: {spec: {containers: [{name: coredns, env: [{name: GOMAXPROCS, value: '1'}]}]}}}")]
    [TestCase("Deployment", "spec: {template: {spec: {containers: [{name: coredns, ports: [{containerPort: 53, protocol: UDP}]}]}}}",
        "spec: {template: {spec: {containers: [{name: coredns, ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]}]}}}")]
    [TestCase("ConfigMap", "data: {Corefile: 'a'}", "data: {Corefile: 'b'}")]
    public void Fields_that_DNS_does_not_depend_on_are_shown(string kind, string before, string after)
    {
        Mapping Of(string rest) => Given.Object(
            $"apiVersion: {(kind == "Deployment" ? "apps/v1" : "v1")}\nkind: {kind}\nmetadata: {{name: coredns}}\n{rest}\n");

        ChartObjects.Compare([Of(before)], [Of(after)], OfDns).ShouldHaveSingleItem().Unsafe.ShouldBeFalse();
    }

    [Test]
    public async Task A_folder_of_archives_without_a_name_is_named_as_one()
    {
        using var folder = new TemporaryFolder();

        var run = await Verb.Run("upgrade", "coredns", "--to", "1.39.0", "-f", folder.Write("platform.yaml", Rest), "--charts", "");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("The name of the folder behind --charts is empty");
    }
}
