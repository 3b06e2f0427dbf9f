namespace PlatformGitOps.Generator.Tests;

/// <summary>Definitions in generator/tests/fixtures: one file for each rule.</summary>
public static class Fixtures
{
    public static readonly string Folder = RepositoryRoot.File("generator", "tests", "fixtures");

    public static IEnumerable<TestCaseData> Valid() => Cases("valid");

    public static IEnumerable<TestCaseData> Invalid() => Cases("invalid");

    /// <summary>The names of the definitions in a folder.</summary>
    public static IEnumerable<string> Names(string kind) => Directory.EnumerateFiles(Path.Combine(Folder, kind), "*.yaml")
        .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    private static IEnumerable<TestCaseData> Cases(string kind) => Names(kind)
        .Select(name => new TestCaseData(Path.Combine(Folder, kind, $"{name}.yaml")).SetArgDisplayNames(name));
}
