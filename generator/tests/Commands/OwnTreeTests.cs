namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>The repository's own definition and tree, with any clusters: fix failures there.</summary>
[Category("OwnTree")]
public sealed class OwnTreeTests
{
    [Test]
    public async Task The_tree_is_what_the_definition_makes() => await Passes("check");

    [Test]
    public async Task The_tree_has_no_error() => await Passes("lint");

    private static async Task Passes(string verb)
    {
        var run = await Verb.Run(verb, "-f", RepositoryRoot.Directory);
        run.ExitCode.ShouldBe(0, run.Output + run.Error);
    }
}
