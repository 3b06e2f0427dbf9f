using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Tests;

/// <summary>docs/architecture.md names every folder of the generator, and no other.</summary>
public sealed partial class ArchitectureTests
{
    [Test]
    public void The_table_names_every_folder() =>
        Row().Matches(File.ReadAllText(RepositoryRoot.File("docs", "architecture.md"))).Select(match => match.Groups[1].Value).Order()
            .ShouldBe(Directory.GetDirectories(RepositoryRoot.File("generator")).Select(Path.GetFileName)
                .Except(["tests", "bin", "obj"]).Order());

    [GeneratedRegex("^\\| `generator/([A-Za-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
