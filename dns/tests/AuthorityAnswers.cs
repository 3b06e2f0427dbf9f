namespace PlatformGitOps.Dns.Tests;

public sealed class AuthorityAnswers
{
    private static readonly Zone Example = Zone.Empty("example.test", TimeSpan.FromSeconds(7))
        .With("www", IPAddress.Parse("192.0.2.1"))
        .With("www", IPAddress.Parse("2001:db8::1"))
        .With("alias", RecordType.CNAME, new NameData(DnsName.Parse("www.example.test")))
        .With("away", RecordType.CNAME, new NameData(DnsName.Parse("elsewhere.invalid")))
        .With("lost", RecordType.CNAME, new NameData(DnsName.Parse("missing.example.test")))
        .With("round", RecordType.CNAME, new NameData(DnsName.Parse("round.example.test")))
        .With("deep.below", RecordType.TXT, new TextData(["here"]))
        .With("*.any", IPAddress.Parse("192.0.2.9"));

    private static readonly Authority Authority =
        new([Example, Zone.Empty("sub.example.test", TimeSpan.FromSeconds(1)).With("@", IPAddress.Parse("192.0.2.3"))]);

    [TestCase("www.example.test", RecordType.A, "192.0.2.1")]
    [TestCase("WWW.Example.Test", RecordType.AAAA, "2001:db8::1")]
    [TestCase("alias.example.test", RecordType.A, "www.example.test. 192.0.2.1")]
    [TestCase("alias.example.test", RecordType.CNAME, "www.example.test.")]
    [TestCase("away.example.test", RecordType.A, "elsewhere.invalid.")]
    [TestCase("x.any.example.test", RecordType.A, "192.0.2.9")]
    [TestCase("x.y.any.example.test", RecordType.A, "192.0.2.9")]
    [TestCase("sub.example.test", RecordType.A, "192.0.2.3")]
    public void A_name_of_the_zone_is_answered(string name, RecordType type, string answer)
    {
        var reply = Ask(name, type);

        reply.ResponseCode.ShouldBe(ResponseCode.NoError);
        reply.IsAuthoritative.ShouldBeTrue();
        string.Join(' ', reply.Answers.Select(r => r.Data)).ShouldBe(answer);
        reply.Answers[0].Name.ShouldBe(DnsName.Parse(name));
    }

    [TestCase("missing.example.test", RecordType.A, ResponseCode.NameError)]
    [TestCase("lost.example.test", RecordType.A, ResponseCode.NameError)]
    [TestCase("any.example.test", RecordType.A, ResponseCode.NoError)]
    [TestCase("below.example.test", RecordType.TXT, ResponseCode.NoError)]
    [TestCase("www.example.test", RecordType.TXT, ResponseCode.NoError)]
    public void A_negative_answer_carries_the_SOA_with_the_negative_TTL(string name, RecordType type, ResponseCode code)
    {
        var reply = Ask(name, type);

        reply.ResponseCode.ShouldBe(code);
        reply.Answers.ShouldAllBe(r => r.Type == RecordType.CNAME);
        var soa = reply.Authorities.ShouldHaveSingleItem();
        (soa.Type, soa.Name, soa.Ttl).ShouldBe((RecordType.SOA, DnsName.Parse("example.test"), TimeSpan.FromSeconds(7)));
    }

    [Test]
    public void Other_zones_are_refused_and_a_CNAME_loop_is_a_server_failure()
    {
        Ask("example.org", RecordType.A).ResponseCode.ShouldBe(ResponseCode.Refused);
        Ask("round.example.test", RecordType.A).ResponseCode.ShouldBe(ResponseCode.ServerFailure);
    }

    [Test]
    public void Unsupported_queries_get_the_right_response_code()
    {
        var query = DnsMessage.Query(1, new Question(DnsName.Parse("www.example.test"), RecordType.A), new Edns());

        Authority.Answer(query with { Operation = OperationCode.Update }).ResponseCode.ShouldBe(ResponseCode.NotImplemented);
        Authority.Answer(query with { Questions = [] }).ResponseCode.ShouldBe(ResponseCode.FormatError);
        Authority.Answer(query with { Edns = new Edns { Version = 1 } }).ResponseCode.ShouldBe(ResponseCode.BadVersion);
        var broken = new Edns().With(new EdnsOption(EdnsOptionCode.ClientSubnet, [0, 1]));
        Authority.Answer(query with { Edns = broken }).ResponseCode.ShouldBe(ResponseCode.FormatError);
    }

    [Test]
    public void A_client_subnet_is_returned_with_scope_zero()
    {
        var asked = new Edns().With(new ClientSubnet(IPAddress.Parse("198.51.100.0"), 24, 0).ToOption());
        var query = DnsMessage.Query(1, new Question(DnsName.Parse("www.example.test"), RecordType.A), asked);

        Authority.Answer(query).Edns!.ClientSubnet.ShouldBe(new ClientSubnet(IPAddress.Parse("198.51.100.0"), 24));
    }

    private static DnsMessage Ask(string name, RecordType type) =>
        Authority.Answer(DnsMessage.Query(1, new Question(DnsName.Parse(name), type)));
}
