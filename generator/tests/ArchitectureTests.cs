namespace PlatformGitOps.Generator.Tests;

/// <summary>docs/architecture.md names every folder of the generator, and no other; models do not use what judges them.</summary>
public sealed partial class ArchitectureTests
{
    [Test]
    public void The_table_names_every_folder() =>
        Row().Matches(File.ReadAllText(RepositoryRoot.File("docs", "architecture.md"))).Select(match => match.Groups[1].Value).Order()
            .ShouldBe(Directory.GetDirectories(RepositoryRoot.File("generator")).Select(Path.GetFileName)
                .Except(["tests", "bin", "obj"]).Order());

    /// <summary>Beside commands: an upgrade compares findings, and a definition may name only rules that lint has.</summary>
    [Test]
    public void Commands_alone_use_lint() => Users("Lint").Where(file => !file.StartsWith("Commands/", StringComparison.Ordinal))
        .ShouldBe(["Definition/Rules/LintSettingsRules.cs", "Upgrade/UpgradePlan.cs"]);

    [TestCase("Values")]
    [TestCase("Yaml")]
    [TestCase("Flux")]
    public void A_model_uses_no_application(string folder) =>
        Users("Apps").Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal)).ShouldBeEmpty();

    /// <summary>The files outside of a folder that name its namespace.</summary>
    private static IEnumerable<string> Users(string folder)
    {
        var root = RepositoryRoot.File("generator");
        var name = new Regex($@"(?<![.\w])(?:PlatformGitOps\.Generator\.)?{folder}(?:\.[A-Z]|;)");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)
                && !file.StartsWith(folder + "/", StringComparison.Ordinal)
                && name.IsMatch(File.ReadAllText(Path.Combine(root, file))))
            .Order(StringComparer.Ordinal);
    }

    [GeneratedRegex("^\\| `generator/([A-Za-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
