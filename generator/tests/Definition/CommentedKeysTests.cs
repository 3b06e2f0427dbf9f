using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>
/// The comments of the repository's own definition show every part of the DNS platform; they work together without the comment signs.
/// </summary>
public sealed partial class CommentedKeysTests
{
    private static readonly string[] Shown =
    [
        "substrates", "substrate", "profile", "zoneFiles", "burnRate", "dashboard", "healthController", "geoRouting", "stubDomains",
        "autoscaling", "nodeLocalDns", "externalDns",
    ];

    [Test]
    public void All_of_them_at_once_are_valid_and_lint_has_nothing_to_say()
    {
        var (text, keys) = Uncommented(ShippedSample.Text());

        keys.ShouldBe(Shown, ignoreOrder: true, "platform.yaml shows other keys in comments than this test knows");
        var platform = Read(text);
        var (infra, apps) = (platform.Clusters[0], platform.Clusters[1]);
        infra.Dns.Autoscaling.ShouldBeOfType<Autoscaling.Horizontal>();
        apps.Dns.Autoscaling.ShouldBeOfType<Autoscaling.Proportional>();
        infra.Of<ExternalDnsSettings>().ShouldNotBeNull();
        infra.Of<NodeLocalDnsSettings>().ShouldNotBeNull();
        foreach (var cluster in platform.Clusters)
        {
            (cluster.HealthController is not null, cluster.Of<GeoDnsSettings>() is not null, cluster.Monitoring.Dashboard)
                .ShouldBe((true, true, true), cluster.Name.Text);
            cluster.Dns.ZoneFiles.ShouldHaveSingleItem();
        }

        Linter.Check(SourceTree.Of(Tree.Build(platform)), LintOptions.Of(platform)).ShouldBeEmpty();
    }

    [Test]
    public void Comments_change_nothing_of_the_tree()
    {
        var text = ShippedSample.Text();
        var without = string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith('#')));
        without.ShouldNotBe(text);
        ShippedSample.Files(without).ShouldBe(ShippedSample.Files(text));
    }

    private static Platform Read(string text)
    {
        var reading = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text));
        reading.ShouldBeOfType<PlatformReading.Valid>(reading is PlatformReading.Invalid invalid
            ? string.Join('\n', invalid.Findings.Select(finding => $"{finding.Position} {finding.Message}")) : "");
        return ((PlatformReading.Valid)reading).Platform;
    }

    /// <summary>A comment that is a key, and the lines indented below it; other comments are sentences.</summary>
    private static (string Text, IReadOnlyList<string> Keys) Uncommented(string text)
    {
        var (lines, keys, below) = (new List<string>(), new List<string>(), (string?)null);
        foreach (var line in text.Split('\n'))
        {
            var key = Key().Match(line);
            below = key.Success ? key.Groups["indent"].Value
                : below is not null && line.StartsWith($"{below}#   ", StringComparison.Ordinal) ? below : null;
            lines.Add(below is null ? line : below + line[(below.Length + 2)..]);
            if (key.Success)
            {
                keys.Add(key.Groups["key"].Value);
            }
        }

        return (string.Join('\n', lines), [.. keys.Distinct().Except(["dependsOn"])]);
    }

    [GeneratedRegex(@"^(?<indent> *)# (?<key>[A-Za-z]+):( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}

/// <summary>The substrate in the comments of the repository's own definition works without the comment signs.</summary>
public sealed partial class CommentedSubstrateTests
{
    [Test]
    public void Without_its_comment_signs_the_definition_is_valid_and_each_cluster_forwards_the_zone()
    {
        var text = ShippedSample.Text();
        (Block().Count(text), Switch().Count(text)).ShouldBe((1, 2));
        text = Switch().Replace(Block().Replace(text, block => block.Value.Replace("\n# ", "\n")), "$1");

        var reading = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text));
        reading.ShouldBeOfType<PlatformReading.Valid>(reading is PlatformReading.Invalid invalid
            ? string.Join('\n', invalid.Findings.Select(finding => $"{finding.Position} {finding.Message}")) : "");
        var platform = ((PlatformReading.Valid)reading).Platform;
        var substrate = platform.Substrates.ShouldHaveSingleItem();
        platform.Clusters.ShouldAllBe(cluster => cluster.Substrate == substrate);
        var files = Tree.Build(platform).Select(file => file.Path).ToList();
        files.ShouldContain($"substrate/{substrate.Name}/dns/primary/knot.conf");
        files.ShouldContain($"substrate/{substrate.Name}/dns/zones/{substrate.Zone}.zone");
    }

    // From its key to the first line that is no comment.
    [GeneratedRegex(@"\n# substrates:(\n#   .*)+")]
    private static partial Regex Block();

    [GeneratedRegex("^( +)# (?=substrate: )", RegexOptions.Multiline)]
    private static partial Regex Switch();
}

/// <summary>The repository's definition as it is shipped. A user's own one has no such comments.</summary>
internal static class ShippedSample
{
    /// <summary>Skips the test where platform.yaml describes other clusters than the sample does.</summary>
    public static string Text()
    {
        var text = File.ReadAllText(RepositoryRoot.File("platform.yaml"));
        if (!Files(text).SequenceEqual(Files(File.ReadAllText(RepositoryRoot.File("acceptance", "fixtures", "sample.yaml")))))
        {
            Assert.Ignore("platform.yaml is not the sample any more, whose comments this test is about");
        }

        return text;
    }

    /// <summary>The files of a definition's tree; none where it is not valid.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string text) =>
        PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text)) is PlatformReading.Valid { Platform: var platform }
            ? [.. Tree.Build(platform).Select(file => (file.Path, file.Text))] : [];
}
