using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Schema;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>docs/definition.md: its tables of keys are generated, its rules are written by hand.</summary>
public partial class ReferenceTests
{
    private static readonly string Page = RepositoryRoot.File("docs", "definition.md");

    [TestCaseSource(typeof(FixtureTests), nameof(FixtureTests.EveryRule))]
    public void Every_rule_is_explained(string rule) => File.ReadLines(Page)
        .Count(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains($"`{rule}`", StringComparison.Ordinal)).ShouldBe(1);

    /// <summary>After a change of the keys copy artifacts/received/definition.md to docs.</summary>
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

        string Entries(string list) =>
            $"### `{list}`, each entry\n\n{KeyTable.Of((ObjectShape)((ListShape)shape[list]!.Shape).Item)}\n";
    }

    [GeneratedRegex("<!-- keys -->.*<!-- /keys -->", RegexOptions.Singleline)]
    private static partial Regex Generated();
}
