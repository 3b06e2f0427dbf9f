using PlatformGitOps.Generator.Definition.Shapes;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>docs/definition.md is written by hand; what it must name is known.</summary>
public class ReferenceTests
{
    private static readonly string[] Lines = File.ReadAllLines(RepositoryRoot.File("docs", "definition.md"));

    [TestCaseSource(typeof(FixtureTests), nameof(FixtureTests.EveryRule))]
    public void Every_rule_is_explained(string rule) => Lines.Count(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains($"`{rule}`", StringComparison.Ordinal)).ShouldBe(1);

    [TestCaseSource(nameof(Keys))]
    public void Every_key_is_explained_with_its_default(string path, string? written)
    {
        var row = written is null ? $"| `{path}` | " : $"| `{path}` | `{written}` |";
        Lines.ShouldContain(line => line.StartsWith(row, StringComparison.Ordinal));
    }

    private static IEnumerable<TestCaseData> Keys() => ((ObjectShape[])[PlatformShapes.Repository, PlatformShapes.Flux, (ObjectShape)PlatformShapes.Charts["coredns"]!.Shape, PlatformShapes.Cluster])
        .SelectMany(shape => Leaves(shape, ""))
        .Select(leaf => new TestCaseData(leaf.Path, leaf.Key.Default));

    private static IEnumerable<(string Path, Key Key)> Leaves(ObjectShape shape, string prefix) => shape.Keys
        .SelectMany(key => key.Shape is ObjectShape inner ? Leaves(inner, $"{prefix}{key.Name}.") : [($"{prefix}{key.Name}", key)]);
}
