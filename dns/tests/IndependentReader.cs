using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using PlatformGitOps.Dns.Wire;
using Independent = ARSoft.Tools.Net.Dns;

namespace PlatformGitOps.Dns.Tests;

/// <summary>
/// ARSoft.Tools.Net parses what this library writes, and this library parses what it writes. Its parser is public but its encoder is
/// internal, so its server answers over loopback.
/// </summary>
[CancelAfter(60_000)]
public sealed class IndependentReader
{
    private static readonly DnsName Name = DnsName.Parse("www.Example.com");

    private static IEnumerable<TestCaseData> Records()
    {
        (string What, RecordType Type, RecordData Data)[] records =
        [
            ("A", RecordType.A, new AddressData(IPAddress.Parse("192.0.2.1"))),
            ("AAAA", RecordType.AAAA, new AddressData(IPAddress.Parse("2001:db8::1"))),
            ("CNAME in the same zone", RecordType.CNAME, new NameData(DnsName.Parse("other.Example.com"))),
            ("CNAME in another case", RecordType.CNAME, new NameData(DnsName.Parse("WWW.example.COM"))),
            ("NS", RecordType.NS, new NameData(DnsName.Parse("ns.example.org"))),
            ("PTR to its own name", RecordType.PTR, new NameData(Name)),
            ("PTR to the root", RecordType.PTR, new NameData(DnsName.Root)),
            ("MX", RecordType.MX, new MailData(10, DnsName.Parse("mail.Example.com"))),
            ("SRV", RecordType.SRV, new ServiceData(1, 2, 53, DnsName.Parse("dns.Example.com"))),
            ("TXT", RecordType.TXT, new TextData(["one", "two words", new string('x', 255)])),
            ("SOA", RecordType.SOA, Samples.Soa),
            ("CAA as octets", (RecordType)257, new OpaqueData([0, 5, .. "issue"u8, .. "ca.example"u8])),
        ];
        return records.Select(r => new TestCaseData(r.Type, r.Data).SetArgDisplayNames(r.What));
    }

    [TestCaseSource(nameof(Records))]
    public void The_other_library_reads_messages_of_this_one(RecordType type, RecordData data)
    {
        var record = new ResourceRecord { Name = Name, Type = type, Ttl = TimeSpan.FromSeconds(30), Data = data };
        var message = new DnsMessage
        {
            Id = 4711,
            IsResponse = true,
            Questions = [new Question(Name, type)],
            Answers = [record],
            Authorities = [record],
            Additionals = [record],
        };

        var read = Parse(message);

        (read.TransactionID, read.IsQuery, read.Questions.Single().RecordType)
            .ShouldBe(((ushort)4711, false, (Independent.RecordType)type));
        List<Independent.DnsRecordBase>[] sections = [read.AnswerRecords, read.AuthorityRecords, read.AdditionalRecords];
        foreach (var found in sections.Select(section => section.Single()))
        {
            (found.Name.ToString(), found.TimeToLive, found.RecordClass).ShouldBe(("www.Example.com.", 30, Independent.RecordClass.INet));
            Presentation(found).ShouldBe(Presentation(data));
        }
    }

    [TestCaseSource(nameof(Records))]
    public async Task This_library_reads_messages_of_the_other_one(RecordType type, RecordData data)
    {
        var record = new ResourceRecord { Name = Name, Type = type, Ttl = TimeSpan.FromSeconds(30), Data = data };
        var theirs = Parse(new DnsMessage { IsResponse = true, Answers = [record] }).AnswerRecords.Single();

        var answer = await AskAsync(new Question(Name, type), response => response.AnswerRecords.AddRange([theirs, theirs]));

        // ARSoft.Tools.Net ignores case when it compresses names, so a name can have the case of an earlier one.
        answer.Answers.Select(r => (r.Name, r.Type, r.Ttl, r.Data)).ShouldBe(
            Enumerable.Repeat((record.Name, record.Type, record.Ttl, record.Data), 2));
    }

    [Test]
    public void Header_bits_and_extended_response_codes_are_read_there()
    {
        var message = new DnsMessage
        {
            Id = 9,
            IsResponse = true,
            Operation = OperationCode.Notify,
            IsAuthoritative = true,
            IsTruncated = true,
            RecursionDesired = true,
            RecursionAvailable = true,
            AuthenticData = true,
            CheckingDisabled = true,
            ResponseCode = ResponseCode.BadVersion,
            Edns = new Edns(),
        };
        var read = Parse(message);

        (read.OperationCode, read.ReturnCode).ShouldBe((Independent.OperationCode.Notify, Independent.ReturnCode.BadVersion));
        Bits(read).ShouldAllBe(bit => bit);
        Bits(Parse(new DnsMessage())).ShouldAllBe(bit => !bit);

        static bool[] Bits(Independent.DnsMessage of) =>
        [
            of.IsAuthoritiveAnswer, of.IsTruncated, of.IsRecursionDesired, of.IsRecursionAllowed, of.IsAuthenticData, of.IsCheckingDisabled,
        ];
    }

    [Test]
    public void Edns_options_are_read_there()
    {
        var edns = new Edns { UdpPayloadSize = 1400, DnssecOk = true }
            .With(new EdnsOption(EdnsOptionCode.NameServerIdentifier, [.. "pod-a"u8]))
            .With(ClientSubnet.Parse("198.51.100.128/25").ToOption())
            .With(new EdnsOption((EdnsOptionCode)65001, [1, 2, 3]));
        var read = Parse(DnsMessage.Query(1, new Question(Name, RecordType.A), edns));

        (read.EDnsOptions!.UdpPayloadSize, read.EDnsOptions.Version, read.IsDnsSecOk).ShouldBe(((ushort)1400, (byte)0, true));
        read.EDnsOptions.Options.OfType<Independent.NsIdOption>().Single().Payload.ShouldBe("pod-a"u8.ToArray());
        var subnet = read.EDnsOptions.Options.OfType<Independent.ClientSubnetOption>().Single();
        (subnet.Address, subnet.SourceNetmask, subnet.ScopeNetmask).ShouldBe((IPAddress.Parse("198.51.100.128"), (byte)25, (byte)0));
        read.EDnsOptions.Options.Count.ShouldBe(3);
    }

    [Test]
    public async Task Edns_options_written_there_are_read_by_this_library()
    {
        var answer = await AskAsync(new Question(Name, RecordType.A), response =>
        {
            response.IsEDnsEnabled = true;
            response.EDnsOptions!.UdpPayloadSize = 1400;
            response.EDnsOptions.Options.Clear();
            response.EDnsOptions.Options.Add(new Independent.NsIdOption(Encoding.ASCII.GetBytes("pod-a")));
            response.EDnsOptions.Options.Add(new Independent.ClientSubnetOption(25, 20, IPAddress.Parse("198.51.100.128")));
        });

        (answer.Edns!.UdpPayloadSize, answer.Edns.NameServerIdentifier).ShouldBe(((ushort)1400, "pod-a"));
        answer.Edns.ClientSubnet.ShouldBe(new ClientSubnet(IPAddress.Parse("198.51.100.128"), 25, 20));
    }

    [Test]
    public void A_message_beyond_the_reach_of_pointers_is_read_there()
    {
        var records = Enumerable.Range(0, 1500)
            .Select(i => new ResourceRecord
            {
                Name = DnsName.Parse($"pod-{i % 700}.ns-{i % 300}.svc.cluster.local"),
                Type = RecordType.A,
                Data = new AddressData(IPAddress.Loopback),
            })
            .ToImmutableArray();
        var octets = MessageWriter.Write(new DnsMessage { IsResponse = true, Answers = records });

        octets.Length.ShouldBeInRange(0x4000 + 1, ushort.MaxValue);
        Independent.DnsMessage.Parse(new ArraySegment<byte>([.. octets])).AnswerRecords.Select(r => r.Name.ToString())
            .ShouldBe(records.Select(r => r.Name.ToString()));
    }

    private static Independent.DnsMessage Parse(DnsMessage message) =>
        Independent.DnsMessage.Parse(new ArraySegment<byte>([.. MessageWriter.Write(message)]));

    /// <summary>Sends this library's query to a server of the other library, and returns the answer.</summary>
    private static async Task<DnsMessage> AskAsync(Question question, Action<Independent.DnsMessage> fill)
    {
        var (server, endPoint) = StartServer();
        server.QueryReceived += (_, received) =>
        {
            var response = ((Independent.DnsMessage)received.Query).CreateResponseInstance();
            fill(response);
            received.Response = response;
            return Task.CompletedTask;
        };
        try
        {
            await using var transport = new FreshUdpTransport(endPoint);
            var resolver = new StubResolver(FakeUpstream.Patient, TimeProvider.System);
            var query = DnsMessage.Query(7, question, new Edns { UdpPayloadSize = 4096 });
            var resolution = await resolver.AskAsync(transport, query, TestContext.CurrentContext.CancellationToken);
            return resolution.Final.Response.ShouldNotBeNull();
        }
        finally
        {
            server.Stop();
        }
    }

    /// <summary>Its transports do not report the port that they selected, so ports are tried.</summary>
    private static (Independent.DnsServer Server, IPEndPoint EndPoint) StartServer()
    {
        while (true)
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(20_000, 60_000));
            var server = new Independent.DnsServer(new Independent.UdpServerTransport(endPoint, 5000));
            try
            {
                server.Start();
                return (server, endPoint);
            }
            catch (SocketException)
            {
                // Another program uses this port.
            }
        }
    }

    private static string Presentation(Independent.DnsRecordBase record) => record switch
    {
        Independent.AddressRecordBase address => address.Address.ToString(),
        Independent.CNameRecord cname => cname.CanonicalName.ToString(),
        Independent.NsRecord ns => ns.NameServer.ToString(),
        Independent.PtrRecord ptr => ptr.PointerDomainName.ToString(),
        Independent.MxRecord mx => $"{mx.Preference} {mx.ExchangeDomainName}",
        Independent.SrvRecord srv => $"{srv.Priority} {srv.Weight} {srv.Port} {srv.Target}",
        Independent.TxtRecord txt => string.Join(' ', txt.TextParts.Select(part => $"\"{part}\"")),
        Independent.SoaRecord soa => $"{soa.MasterName} {soa.ResponsibleName} {soa.SerialNumber} {soa.RefreshInterval} "
            + $"{soa.RetryInterval} {soa.ExpireInterval} {soa.NegativeCachingTTL}",
        Independent.CAARecord caa => $"{caa.Flags} {caa.Tag} {caa.Value}",
        _ => throw new InvalidOperationException($"{record.GetType().Name} has no comparison here."),
    };

    private static string Presentation(RecordData data) => data is OpaqueData ? "0 issue ca.example" : data.ToString()!;
}
