using System.Security.Cryptography;

namespace PlatformGitOps.Generator.Tests.Output;

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
            // Around the size of one read, so that \r\n is sometimes at the boundary.
            while (unix.Length < (64 * 1024) - 20 + round)
            {
                unix.Append(random.Next(3) == 0 ? "\n" : random.Next(50) == 0 ? "\rx" : "y");
            }

            var expected = ContentHash.OfText(unix + "\nz");
            tree.Put("kubernetes/f", unix.ToString().Replace("\n", "\r\n") + "\r\nz");
            ContentHash.OfFile(tree.OnDisk("kubernetes/f")).ShouldBe(expected);
        }
    }
}
