namespace PlatformGitOps.Generator.Tests;

/// <summary>Definitions in generator/tests/fixtures: one file a rule.</summary>
public static class Fixtures
{
    public static readonly string Folder = RepositoryRoot.File("generator", "tests", "fixtures");

    public static IEnumerable<TestCaseData> Valid() => Cases("valid");

    public static IEnumerable<TestCaseData> Invalid() => Cases("invalid");

    private static IEnumerable<TestCaseData> Cases(string kind) => Directory.EnumerateFiles(Path.Combine(Folder, kind), "*.yaml")
        .Order(StringComparer.Ordinal)
        .Select(path => new TestCaseData(path).SetArgDisplayNames(Path.GetFileNameWithoutExtension(path)));
}
