using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>
/// Every part of the DNS platform in both clusters of the sample. The acceptance suite runs its static checks on the same definition.
/// </summary>
public sealed class EverythingTests
{
    /// <summary>Applications without a layer here: components, hosts, and a folder that the repository does not have.</summary>
    private static readonly string[] WithoutLayer = ["allow-dns", "substrate", "overlays"];

    private static Platform Platform { get; } =
        Given.Defined(File.ReadAllText(RepositoryRoot.File("acceptance", "fixtures", "definitions", "everything.yaml")));

    private static IReadOnlyList<GeneratedFile> Files { get; } = [.. Tree.Build(Platform)];

    [TestCase("infra", typeof(Autoscaling.Horizontal))]
    [TestCase("apps", typeof(Autoscaling.Proportional))]
    public void Everything_is_on_in_each_cluster(string name, Type scaler)
    {
        var cluster = Platform.Clusters.Single(cluster => cluster.Name.Text == name);
        cluster.Dns.Autoscaling.ShouldNotBeNull().GetType().ShouldBe(scaler);
        cluster.Of<ExternalDnsSettings>().ShouldNotBeNull().Instances.Length.ShouldBe(2);
        cluster.Of<GeoDnsSettings>().ShouldNotBeNull();
        cluster.Of<NodeLocalDnsSettings>().ShouldNotBeNull();
        cluster.HealthController.ShouldNotBeNull().CoreDns.ShouldBeTrue();
        cluster.Of<DnsCheckSettings>().ShouldNotBeNull();
        cluster.Monitoring.Dashboard.ShouldBeTrue();
        cluster.Monitoring.BurnRate.ShouldNotBeNull();
        cluster.Dns.ZoneFiles.ShouldHaveSingleItem();
        cluster.Substrate.ShouldNotBeNull();
        cluster.Dns.Upstreams.Length.ShouldBe(3, "the platform profile's");

        var built = new FluxTree(SourceTree.Of(Files)).Cluster(name, strict: true);
        built.Layers.SelectMany(layer => layer.Findings).ShouldBeEmpty();
        built.Layers.Select(layer => layer.Name).Where(layer => layer.StartsWith($"cluster-{name}-", StringComparison.Ordinal))
            .Select(layer => layer[$"cluster-{name}-".Length..])
            .ShouldBe(AppList.All.Select(app => app.Name).Except(WithoutLayer), ignoreOrder: true, "everything.yaml lacks an application");
    }

    [Test]
    public void Lint_has_nothing_to_say() => Linter.Check(SourceTree.Of(Files), LintOptions.Of(Platform)).ShouldBeEmpty();
}

/// <summary>docs/definition.md: its tables of keys are generated, its rules are written by hand.</summary>
public partial class ReferenceTests
{
    private static readonly string Page = RepositoryRoot.File("docs", "definition.md");

    [TestCaseSource(typeof(FixtureTests), nameof(FixtureTests.EveryRule))]
    public void Every_rule_is_explained(string rule) => File.ReadLines(Page)
        .Count(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains($"`{rule}`")).ShouldBe(1);

    /// <summary>After a change of the keys, copy artifacts/received/definition.md to docs.</summary>
    [Test]
    public void The_tables_of_keys_are_those_of_the_generator() =>
        Received.ShouldBe(Generated().Replace(File.ReadAllText(Page), $"<!-- keys -->\n{Tables()}<!-- /keys -->"), Page);

    private static string Tables()
    {
        var shape = PlatformText.Shape;
        var charts = ((ObjectShape)shape["charts"]!.Shape).Keys.Select(key => ($"charts.{key.Name}", (ObjectShape)key.Shape));
        return string.Concat(new[] { ("repository", (ObjectShape)shape["repository"]!.Shape), ("flux", (ObjectShape)shape["flux"]!.Shape) }
            .Concat(charts)
            .Select(table => $"### `{table.Item1}`\n\n{KeyTable.Of(table.Item2)}\n")
            .Append(Entries("substrates"))
            .Append(Entries("accepted"))
            .Append($"### `lint`\n\n{KeyTable.Of((ObjectShape)shape["lint"]!.Shape)}\n")
            .Append(Entries("clusters")));

        string Entries(string list) => $"### `{list}`, each entry\n\n{KeyTable.Of((ObjectShape)((ListShape)shape[list]!.Shape).Item)}\n";
    }

    [GeneratedRegex("<!-- keys -->.*<!-- /keys -->", RegexOptions.Singleline)]
    private static partial Regex Generated();
}
