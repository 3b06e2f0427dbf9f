namespace PlatformGitOps.Generator.Tests.Values;

public class SemVerTests
{
    [Test]
    public void Versions_are_ordered_as_in_the_specifications_own_example()
    {
        string[] ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
            "1.0.0"];
        ordered.Reverse().Select(SemVer.Parse).Order().Select(version => version.ToString()).ShouldBe(ordered);
    }

    [TestCase("1.38.0", "1.38.1")]
    [TestCase("1.9.0", "1.38.0")]
    [TestCase("2.8.9", "2.9.0")]
    [TestCase("2.9.0-rc.1", "2.9.0")]
    public void Numbers_count_not_letters(string older, string newer)
    {
        (SemVer.Parse(older) < SemVer.Parse(newer)).ShouldBeTrue();
        (SemVer.Parse(newer) >= SemVer.Parse(older)).ShouldBeTrue();
    }

    [TestCase("v1.38.0", "leave the 'v' away")]
    [TestCase("1.46.2+nord.1", "leave the '+' and what follows it away, or write '-' in its place")]
    [TestCase("1.38", "such as 1.38.0")]
    [TestCase("1.38.0.0", "such as 1.38.0")]
    [TestCase("1.038.0", "such as 1.38.0")]
    [TestCase("1.38.x", "such as 1.38.0")]
    [TestCase(">=1.38.0", "such as 1.38.0")]
    [TestCase("1.38.0-", "such as 1.38.0")]
    [TestCase("1.38.0-a..b", "such as 1.38.0")]
    [TestCase("1.38.0-01", "such as 1.38.0")]
    [TestCase("99999999999.0.0", "such as 1.38.0")]
    public void An_inexact_version_is_refused(string text, string reason)
    {
        SemVer.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(reason);
    }
}
