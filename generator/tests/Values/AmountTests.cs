namespace PlatformGitOps.Generator.Tests.Values;

public class AmountTests
{
    [TestCase("100m", 0.1)]
    [TestCase("2", 2)]
    [TestCase("0.5", 0.5)]
    [TestCase("128Mi", 134217728)]
    [TestCase("1Gi", 1073741824)]
    [TestCase("500M", 500000000)]
    public void Quantities_keep_their_text_and_know_their_amount(string text, double amount)
    {
        var quantity = Quantity.Parse(text);
        (quantity.Text, quantity.Amount).ShouldBe((text, (decimal)amount));
    }

    [TestCase("")]
    [TestCase("m")]
    [TestCase("-1")]
    [TestCase("1 Gi")]
    [TestCase("128MB")]
    [TestCase("128mi")]
    [TestCase("100m\n")]
    [TestCase("1e3")]
    [TestCase("１００m")]
    public void An_invalid_quantity_is_refused(string text) => Quantity.TryParse(text, out _, out _).ShouldBeFalse();

    [TestCase("90s", 90)]
    [TestCase("1h30m", 5400)]
    [TestCase("1m", 60)]
    [TestCase("1500ms", 1.5)]
    public void Durations_are_written_as_Go_writes_them(string text, double seconds) =>
        Duration.Parse(text).Span.TotalSeconds.ShouldBe(seconds);

    [TestCase("")]
    [TestCase("60")]
    [TestCase("1d")]
    [TestCase("1m 30s")]
    [TestCase("30s1m")]
    [TestCase("-1m")]
    [TestCase("1m\n")]
    [TestCase("１m")]
    public void An_invalid_duration_is_refused(string text) => Duration.TryParse(text, out _, out _).ShouldBeFalse();

    [TestCase("1.1.1.1", "1.1.1.1", 53)]
    [TestCase("1.1.1.1:5353", "1.1.1.1", 5353)]
    [TestCase("2606:4700:4700::1111", "2606:4700:4700::1111", 53)]
    [TestCase("[2606:4700:4700::1111]", "2606:4700:4700::1111", 53)]
    [TestCase("[2606:4700:4700::1111]:853", "2606:4700:4700::1111", 853)]
    public void Upstreams_are_addresses_with_or_without_a_port(string text, string address, int port)
    {
        Upstream.TryParse(text, out var upstream, out var problem).ShouldBeTrue(problem);
        (upstream.Address.ToString(), upstream.Port).ShouldBe((address, port));
    }

    [TestCase("1.1.1.1", "1.1.1.1")]
    [TestCase("1.1.1.1:53", "1.1.1.1")]
    [TestCase("1.1.1.1:5353", "1.1.1.1:5353")]
    [TestCase("[2606:4700:4700::1111]:53", "2606:4700:4700::1111")]
    [TestCase("[2606:4700:4700::1111]:853", "[2606:4700:4700::1111]:853")]
    [TestCase("2a0f:fc80::", "2a0f:fc80::0")]
    [TestCase("[2a0f:fc80::]:5353", "[2a0f:fc80::]:5353")]
    public void The_forward_plugin_gets_the_port_only_where_it_is_not_53(string text, string forwarded)
    {
        Upstream.TryParse(text, out var upstream, out _).ShouldBeTrue();
        upstream.ToString().ShouldBe(forwarded);
    }

    [TestCase("")]
    [TestCase(":53")]
    [TestCase("1.1.1.1:")]
    [TestCase("1.1.1.1:65536")]
    [TestCase("1.1.1.1:053")]
    [TestCase("dns.example.com")]
    [TestCase("https://1.1.1.1")]
    [TestCase("/etc/resolv.conf")]
    [TestCase("[2606:4700:4700::1111")]
    [TestCase("[2606:4700:4700::1111]53")]
    public void An_invalid_upstream_is_refused(string text) => Upstream.TryParse(text, out _, out _).ShouldBeFalse();
}
