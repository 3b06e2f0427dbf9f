namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class UnifiedDiffTests
{
    [TestCase("", "")]
    [TestCase("a\n", "a\r\n")]
    public void Same_texts_have_no_diff(string before, string after) => UnifiedDiff.Of("f", before, after).ShouldBeEmpty();

    [Test]
    public void A_missing_newline_has_the_message_of_diff() =>
        UnifiedDiff.Of("f", "a", "a\n").ShouldBe("--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");

    [Test]
    public void Git_applies_what_it_says_for_texts_of_any_shape()
    {
        var random = new Random(20260102);
        using var tree = new TemporaryTree();
        for (var round = 0; round < 60; round++)
        {
            var before = RandomText(random, random.Next(40));
            var after = random.Next(2) == 0 ? RandomText(random, random.Next(40)) : before.Replace("b\n", "B\n");
            if (before == after || before.Length == 0 || after.Length == 0)
            {
                continue;
            }

            tree.Put("f", before);
            tree.Put("f.diff", UnifiedDiff.Of("f", before, after));
            tree.Git("apply", "f.diff");
            tree.Read("f").ShouldBe(after, $"round {round}");
        }
    }

    private static string RandomText(Random random, int lines) =>
        string.Join('\n', Enumerable.Range(0, lines).Select(_ => ((char)('a' + random.Next(4))).ToString()))
        + (random.Next(4) == 0 ? "" : "\n");
}
