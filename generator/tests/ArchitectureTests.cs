namespace PlatformGitOps.Generator.Tests;

/// <summary>docs/architecture.md names every folder of the generator, and no other; models do not use their checks.</summary>
public sealed partial class ArchitectureTests
{
    [Test]
    public void The_table_names_every_folder() =>
        Row().Matches(File.ReadAllText(RepositoryRoot.File("docs", "architecture.md"))).Select(match => match.Groups[1].Value).Order()
            .ShouldBe(Directory.GetDirectories(RepositoryRoot.File("generator")).Select(Path.GetFileName)
                .Except(["tests", "bin", "obj"]).Order());

    /// <summary>
    /// Exceptions besides commands: an upgrade compares findings, a definition may only name rules that lint has, and an application has
    /// its own rules.
    /// </summary>
    [Test]
    public void Commands_alone_use_lint() =>
        Users("Lint").Where(file => !file.StartsWith("Commands/", StringComparison.Ordinal) && !OwnRules().IsMatch(file))
            .ShouldBe(["Definition/Rules/LintSettingsRules.cs", "Upgrade/UpgradePlan.cs"]);

    [TestCase("Values")]
    [TestCase("Yaml")]
    [TestCase("Flux")]
    public void A_model_uses_no_application(string folder) =>
        Users("Apps").Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal)).ShouldBeEmpty();

    /// <summary>"Cluster 'x' is not in the tree", and not "There is no cluster 'x'": the subject is first.</summary>
    [Test]
    public void A_message_begins_with_what_is_wrong() => With(NoSubject()).ShouldBeEmpty();

    /// <summary>The files outside of a folder that name its namespace.</summary>
    private static IEnumerable<string> Users(string folder) =>
        With(new Regex($@"(?<![.\w])(?:PlatformGitOps\.Generator\.)?{folder}(?:\.[A-Z]|;)"))
            .Where(file => !file.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>The files of the product with a text.</summary>
    private static IEnumerable<string> With(Regex text)
    {
        var root = RepositoryRoot.File("generator");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)
                && text.IsMatch(File.ReadAllText(Path.Combine(root, file))))
            .Order(StringComparer.Ordinal);
    }

    // Inside of a string: a comment has no quote before it.
    [GeneratedRegex("^[^/\"\\n]*\"[^\\n]*\\bthere (is|are) no\\b", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex NoSubject();

    [GeneratedRegex(@"^Apps/(App|(\w+)/(\2App|\w*Rules?))\.cs$")]
    private static partial Regex OwnRules();

    [GeneratedRegex("^\\| `generator/([A-Za-z]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
