using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>The substrate in the comments of the repository's own definition works without the comment signs.</summary>
public sealed partial class CommentedSubstrateTests
{
    [Test]
    public void Without_its_comment_signs_the_definition_is_valid_and_each_cluster_forwards_the_zone()
    {
        var text = File.ReadAllText(RepositoryRoot.File("platform.yaml"));
        Block().Count(text).ShouldBe(1, "platform.yaml has no commented substrates");
        Switch().Count(text).ShouldBe(2, "platform.yaml has no commented substrate in each cluster");
        text = Switch().Replace(Block().Replace(text, block => block.Value.Replace("\n# ", "\n")), "$1");

        var reading = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(text));
        reading.ShouldBeOfType<PlatformReading.Sound>(reading is PlatformReading.Refused refused
            ? string.Join('\n', refused.Findings.Select(finding => $"{finding.Position} {finding.Message}")) : "");
        var platform = ((PlatformReading.Sound)reading).Platform;
        var substrate = platform.Substrates.ShouldHaveSingleItem();
        platform.Clusters.ShouldAllBe(cluster => cluster.Substrate == substrate);
        var files = Tree.Build(platform).Select(file => file.Path).ToList();
        files.ShouldContain($"substrate/{substrate.Name}/dns/primary/knot.conf");
        files.ShouldContain($"substrate/{substrate.Name}/dns/zones/{substrate.Zone}.zone");
    }

    // From its key to the first line that is not of the comment.
    [GeneratedRegex(@"\n# substrates:(\n#   .*)+")]
    private static partial Regex Block();

    [GeneratedRegex("^( +)# (?=substrate: )", RegexOptions.Multiline)]
    private static partial Regex Switch();
}
