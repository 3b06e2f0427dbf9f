namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>
/// The files that source-controller excludes from an artifact; each expectation is the behaviour of fluxcd/pkg's sourceignore.
/// </summary>
public sealed class SourceIgnoreTests
{
    [TestCase("a/.sops.yaml", false)]
    [TestCase("a/.github/b.yaml", false)]
    [TestCase("a/b.png", false)]
    [TestCase(".gitignore", false)]
    [TestCase("cloudbuild.yaml", false)]
    [TestCase("a/.sops.yml", true)]
    [TestCase("a/b.yaml", true)]
    public void Without_patterns_the_defaults_hold(string path, bool delivered) => Delivers("", path).ShouldBe(delivered);

    [TestCase("docs", "a/docs/b.yaml", false)]
    [TestCase("docs/", "docs", true)]
    [TestCase("docs/", "docs/b.yaml", false)]
    [TestCase("/docs", "a/docs/b.yaml", true)]
    [TestCase("a/*.yaml", "a/b.yaml", false)]
    [TestCase("a/*.yaml", "a/b/c.yaml", true)]
    [TestCase("a/**/c.yaml", "a/b/b/c.yaml", false)]
    [TestCase("**/c.yaml", "c.yaml", false)]
    [TestCase("[ab].yaml", "b.yaml", false)]
    [TestCase("[ab].yaml", "c.yaml", true)]
    [TestCase("a/**.yaml", "a/b.yaml", true)]
    [TestCase("a/**.yaml", "a/b/c.yaml", true)]
    [TestCase("a/b**/c.yaml", "a/bb/c.yaml", true)]
    [TestCase("/*\n!/deploy/**.yaml", "deploy/a.yaml", false)]
    [TestCase("/*\n!/deploy/*.yaml", "deploy/a.yaml", true)]
    [TestCase("**.yaml", "a/b.yaml", false)]
    [TestCase("b**", "a/bc.yaml", false)]
    [TestCase("b**", "a/c.yaml", true)]
    [TestCase("[ab.yaml", "[ab.yaml", true)]
    [TestCase("a/[ab.yaml", "a/[ab.yaml", true)]
    [TestCase("/*\n!/deploy", "deploy/a.yaml", true)]
    [TestCase("/*\n!/deploy", "other/a.yaml", false)]
    [TestCase("/*\n!/deploy\n/deploy/**/*.md", "deploy/x/a.md", false)]
    [TestCase("# docs\n\n!x", "docs/a.yaml", true)]
    [TestCase("unused", "a/.sops.yaml", true)]
    [TestCase("unused", "a/.git/config", false)]
    public void Patterns_take_the_place_of_the_defaults_and_the_last_one_decides(string patterns, string path, bool delivered)
    {
        Delivers(patterns, path).ShouldBe(delivered);
        Of("", path).Ignoring(patterns).FilesBelow("").Contains(path).ShouldBe(delivered);
    }

    [Test]
    public void A_file_in_a_folder_is_about_that_folder()
    {
        var tree = SourceTree.Of(new Dictionary<string, byte[]>
        {
            ["a/.sourceignore"] = "/b.yaml"u8.ToArray(),
            ["a/b.yaml"] = [],
            ["a/c/b.yaml"] = [],
            ["b.yaml"] = [],
        });

        tree.Read("a/b.yaml").ShouldBeNull();
        tree.Read("a/c/b.yaml").ShouldNotBeNull();
        tree.Read("b.yaml").ShouldNotBeNull();
    }

    private static bool Delivers(string patterns, string path) => Of(patterns, path).FilesBelow("").Contains(path);

    private static SourceTree Of(string patterns, string path) => SourceTree.Of(new Dictionary<string, byte[]>
    {
        [".sourceignore"] = Encoding.UTF8.GetBytes(patterns),
        [path] = [],
    });
}
