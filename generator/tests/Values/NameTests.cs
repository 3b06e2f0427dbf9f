namespace PlatformGitOps.Generator.Tests.Values;

public class NameTests
{
    [TestCase("infra")]
    [TestCase("a")]
    [TestCase("0")]
    [TestCase("eu-west-1")]
    public void Labels_of_RFC_1123_are_read(string text) => DnsLabel.Parse(text).Text.ShouldBe(text);

    [Test]
    public void A_label_has_63_characters_at_most()
    {
        DnsLabel.TryParse(new string('a', 63), out _, out _).ShouldBeTrue();
        DnsLabel.TryParse(new string('a', 64), out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("64");
    }

    [TestCase("", "empty")]
    [TestCase("Infra", "a-z")]
    [TestCase("in_fra", "a-z")]
    [TestCase("in.fra", "a-z")]
    [TestCase("infra\n", "a-z")]
    [TestCase("ínfra", "a-z")]
    [TestCase("-infra", "begin or end")]
    [TestCase("infra-", "begin or end")]
    public void An_invalid_label_is_refused_with_the_reason(string text, string reason)
    {
        DnsLabel.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(reason);
    }

    [TestCase("cluster.local")]
    [TestCase("local")]
    [TestCase("a.b.c.d.example.internal")]
    public void Names_are_labels_with_dots_between(string text) => DomainName.Parse(text).Text.ShouldBe(text);

    [TestCase("cluster.local.")]
    [TestCase(".local")]
    [TestCase("cluster..local")]
    [TestCase("cluster.Local")]
    [TestCase("")]
    public void An_invalid_name_is_refused(string text) => DomainName.TryParse(text, out _, out _).ShouldBeFalse();

    [Test]
    public void A_name_has_253_characters_at_most()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('a', 61);
        DomainName.TryParse(name, out _, out _).ShouldBeTrue();
        DomainName.TryParse(name + "a", out _, out _).ShouldBeFalse();
    }
}
