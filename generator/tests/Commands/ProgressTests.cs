using Microsoft.Extensions.Time.Testing;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

public sealed class ProgressTests
{
    [Test]
    public void A_command_says_after_two_seconds_what_it_is_doing_and_again_every_five()
    {
        using var output = new StringWriter();
        var time = new FakeTimeProvider();
        using var progress = new Progress(output, time);
        progress.Begin("reading platform.yaml");
        progress.Begin("checking the tree of 3 clusters");
        time.Advance(TimeSpan.FromSeconds(2));
        progress.Begin("writing");
        time.Advance(TimeSpan.FromSeconds(5));

        output.ToString().ReplaceLineEndings("\n").ShouldBe("... checking the tree of 3 clusters (2 s)\n... writing (7 s)\n");
        progress.Dispose();
        time.Advance(TimeSpan.FromSeconds(5));
        output.ToString().ShouldNotContain("12 s");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void It_says_nothing_where_the_output_is_not_a_terminal(bool wanted)
    {
        using var output = new StringWriter();
        var time = new FakeTimeProvider();
        using var progress = Progress.On(output, wanted, time);
        progress.Begin("reading platform.yaml");
        time.Advance(TimeSpan.FromSeconds(2));

        output.ToString().ShouldBeEmpty();
    }
}
