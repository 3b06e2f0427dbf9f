using System.Collections.Immutable;
using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Tests;

public sealed class MessageFormat
{
    [Test]
    public void Every_type_survives_writing_and_reading()
    {
        var message = Samples.Everything;

        var read = MessageReader.Read(MessageWriter.Write(message).AsSpan());

        read.Questions.ShouldBe(message.Questions);
        read.Answers.ShouldBe(message.Answers);
        read.Authorities.ShouldBe(message.Authorities);
        read.Additionals.ShouldBe(message.Additionals);
        read.Edns.ShouldBe(message.Edns);
        MessageWriter.Write(read).ShouldBe(MessageWriter.Write(message));
    }

    [Test]
    public void Every_header_bit_survives_writing_and_reading()
    {
        for (var bits = 0; bits <= 0x7f; bits++)
        {
            var message = new DnsMessage
            {
                Id = (ushort)(bits * 517),
                IsResponse = (bits & 1) != 0,
                IsAuthoritative = (bits & 2) != 0,
                IsTruncated = (bits & 4) != 0,
                RecursionDesired = (bits & 8) != 0,
                RecursionAvailable = (bits & 16) != 0,
                AuthenticData = (bits & 32) != 0,
                CheckingDisabled = (bits & 64) != 0,
                Operation = OperationCode.Notify,
                ResponseCode = ResponseCode.Refused,
            };

            var read = MessageReader.Read(MessageWriter.Write(message).AsSpan());

            (read with { Questions = [], Answers = [], Authorities = [], Additionals = [] }).ShouldBe(message, $"bits {bits:x}");
        }
    }

    [Test]
    public void A_response_code_beyond_four_bits_travels_in_the_OPT_record()
    {
        var message = new DnsMessage { IsResponse = true, ResponseCode = ResponseCode.BadVersion, Edns = new Edns() };

        MessageReader.Read(MessageWriter.Write(message).AsSpan()).ResponseCode.ShouldBe(ResponseCode.BadVersion);
    }

    [Test]
    public void A_query_has_the_octets_of_RFC_1035()
    {
        var query = DnsMessage.Query(0xabcd, new Question(DnsName.Parse("example.com"), RecordType.AAAA));

        Convert.ToHexString(MessageWriter.Write(query).AsSpan())
            .ShouldBe("ABCD" + "0100" + "0001" + "0000" + "0000" + "0000" + "076578616D706C65" + "03636F6D" + "00" + "001C" + "0001");
    }

    [Test]
    public void Repeated_names_are_compressed_and_SRV_targets_are_not()
    {
        var name = DnsName.Parse("service.namespace.svc.cluster.local");
        var alias = new ResourceRecord { Name = name, Type = RecordType.CNAME, Data = new NameData(name) };
        var service = new ResourceRecord { Name = name, Type = RecordType.SRV, Data = new ServiceData(0, 100, 53, name) };
        const int header = 12, fullName = 37, pointer = 2, fixedPart = 10;

        MessageWriter.Write(new DnsMessage { Answers = [alias] }).Length.ShouldBe(header + fullName + fixedPart + pointer);
        MessageWriter.Write(new DnsMessage { Answers = [service] }).Length.ShouldBe(header + fullName + fixedPart + 6 + fullName);
    }

    [Test]
    public void Compression_keeps_the_case_of_each_name()
    {
        var records = "a.Example.com b.eXample.com c.Example.com".Split(' ')
            .Select(n => new ResourceRecord { Name = DnsName.Parse(n), Type = RecordType.A, Data = new AddressData(IPAddress.Loopback) })
            .ToImmutableArray();

        MessageReader.Read(MessageWriter.Write(new DnsMessage { Answers = records }).AsSpan())
            .Answers.Select(r => r.Name.ToString()).ShouldBe(["a.Example.com.", "b.eXample.com.", "c.Example.com."]);
    }

    [Test]
    public void Records_that_do_not_fit_are_omitted_and_the_message_is_truncated()
    {
        var cut = MessageReader.Read(MessageWriter.WriteWithin(Samples.Everything, 128).AsSpan());

        cut.IsTruncated.ShouldBeTrue();
        cut.Answers.ShouldBeEmpty();
        cut.Questions.ShouldBe(Samples.Everything.Questions);
        cut.Edns.ShouldNotBeNull();
    }

    [Test]
    public void An_answer_belongs_to_a_query_only_with_the_same_id_and_question()
    {
        var query = DnsMessage.Query(7, new Question(DnsName.Parse("a.example"), RecordType.A));
        var answer = query with { IsResponse = true, Questions = [new Question(DnsName.Parse("A.EXAMPLE"), RecordType.A)] };

        answer.IsAnswerTo(query).ShouldBeTrue();
        (answer with { Id = 8 }).IsAnswerTo(query).ShouldBeFalse();
        (answer with { IsResponse = false }).IsAnswerTo(query).ShouldBeFalse();
        (answer with { Questions = [new Question(DnsName.Parse("a.example"), RecordType.AAAA)] }).IsAnswerTo(query).ShouldBeFalse();
        (answer with { Questions = [] }).IsAnswerTo(query).ShouldBeFalse();
        (answer with { Questions = [], ResponseCode = ResponseCode.FormatError }).IsAnswerTo(query).ShouldBeTrue();
    }
}

public sealed class RecordTexts
{
    [TestCase("www A 192.0.2.1", "www.example.test. 30 Internet A 192.0.2.1")]
    [TestCase("@ AAAA 2001:db8::1", "example.test. 30 Internet AAAA 2001:db8::1")]
    [TestCase("alias cname www.example.org", "alias.example.test. 30 Internet CNAME www.example.org.")]
    [TestCase("_sip._udp SRV 1 2 5060 sip.example.test.", "_sip._udp.example.test. 30 Internet SRV 1 2 5060 sip.example.test.")]
    [TestCase("@ MX 10 mail.example.test", "example.test. 30 Internet MX 10 mail.example.test.")]
    [TestCase("note TXT \"two words\"", "note.example.test. 30 Internet TXT \"two words\"")]
    public void A_record_is_read(string text, string shown) =>
        RecordText.Add(Zone.Empty("example.test", TimeSpan.FromSeconds(5)), text).Records.ShouldHaveSingleItem().ToString().ShouldBe(shown);

    [TestCase("www A")]
    [TestCase("www MX mail")]
    [TestCase("www HINFO x86 linux")]
    [TestCase("www A not-an-address")]
    [TestCase("www SRV 1 2 3")]
    public void Anything_else_is_refused(string text) =>
        Should.Throw<FormatException>(() => RecordText.Add(Zone.Empty("example.test", TimeSpan.FromSeconds(5)), text));
}

public sealed class ClientSubnets
{
    [TestCase("198.51.100.0/24", "00011800C63364")]
    [TestCase("198.51.100.128/25", "00011900C6336480")]
    [TestCase("2001:db8::/32", "0002200020010DB8")]
    [TestCase("0.0.0.0/0", "00010000")]
    public void A_subnet_has_the_octets_of_RFC_7871(string cidr, string octets)
    {
        var option = ClientSubnet.Parse(cidr).ToOption();

        Convert.ToHexString(option.Octets.AsSpan()).ShouldBe(octets);
        ClientSubnet.FromOption(option).ShouldBe(ClientSubnet.Parse(cidr));
    }

    [Test]
    public void Bits_beyond_the_prefix_are_never_sent() =>
        new ClientSubnet(IPAddress.Parse("198.51.100.77"), 20).Address.ShouldBe(IPAddress.Parse("198.51.96.0"));

    [TestCase("000118", TestName = "Cut off")]
    [TestCase("00031800C63364", TestName = "Unknown family")]
    [TestCase("00012100C6336401FF", TestName = "Prefix too long")]
    [TestCase("00011800C633", TestName = "Too few octets")]
    [TestCase("00011800C6336401", TestName = "Too many octets")]
    [TestCase("00011700C63365", TestName = "Bits beyond the prefix")]
    public void A_malformed_option_is_no_subnet(string octets) =>
        ClientSubnet.FromOption(new EdnsOption(EdnsOptionCode.ClientSubnet, [.. Convert.FromHexString(octets)])).ShouldBeNull();
}
