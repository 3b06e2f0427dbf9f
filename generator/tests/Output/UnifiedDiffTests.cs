using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PlatformGitOps.Generator.Output;

namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class UnifiedDiffTests
{
    [TestCase("", "")]
    [TestCase("a\n", "a\r\n")]
    public void Same_texts_have_no_diff(string before, string after) => UnifiedDiff.Of("f", before, after).ShouldBeEmpty();

    [Test]
    public void A_missing_newline_is_said_as_diff_says_it() =>
        UnifiedDiff.Of("f", "a", "a\n").ShouldBe("--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n");

    [Test]
    public void Git_applies_what_it_says_for_texts_of_any_shape()
    {
        var random = new Random(20260102);
        using var tree = new TemporaryTree();
        for (var round = 0; round < 60; round++)
        {
            var before = RandomText(random, random.Next(40));
            var after = random.Next(2) == 0 ? RandomText(random, random.Next(40)) : before.Replace("b\n", "B\n", StringComparison.Ordinal);
            if (before == after || before.Length == 0 || after.Length == 0)
            {
                continue;
            }

            tree.Put("f", before);
            tree.Put("f.diff", UnifiedDiff.Of("f", before, after));
            Git(tree.Root, "apply", "f.diff");
            tree.Read("f").ShouldBe(after, $"round {round}");
        }
    }

    private static string RandomText(Random random, int lines) =>
        string.Join('\n', Enumerable.Range(0, lines).Select(_ => ((char)('a' + random.Next(4))).ToString()))
        + (random.Next(4) == 0 ? "" : "\n");

    private static void Git(string folder, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, errors);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("git is not on the PATH; install it to apply the diffs.");
        }
    }
}

[TestFixture]
public sealed class ContentHashTests
{
    [TestCase("")]
    [TestCase("a\nb\n")]
    [TestCase("no end of line")]
    [TestCase("ü — 漢\n")]
    [TestCase("a lone \r stays\r")]
    public void It_is_what_sha256sum_prints(string text) =>
        ContentHash.OfText(text).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    [Test]
    public void A_file_hashes_like_its_text_wherever_the_pieces_are_cut()
    {
        using var tree = new TemporaryTree();
        var random = new Random(20260101);
        for (var round = 0; round < 40; round++)
        {
            var unix = new StringBuilder();
            // Around the size of one read, so that a \r\n falls on the border in some rounds.
            while (unix.Length < (64 * 1024) - 20 + round)
            {
                unix.Append(random.Next(3) == 0 ? "\n" : random.Next(50) == 0 ? "\rx" : "y");
            }

            var expected = ContentHash.OfText(unix + "\nz");
            tree.Put("kubernetes/f", unix.ToString().Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\nz");
            ContentHash.OfFile(tree.OnDisk("kubernetes/f")).ShouldBe(expected);
        }
    }
}
