using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Wire;
using Independent = ARSoft.Tools.Net.Dns;

namespace PlatformGitOps.Benchmarks;

/// <summary>
/// One message to octets, with this repository's writer and with that of ARSoft.Tools.Net (ADR 9), whose encoder is internal:
/// <c>dotnet run -c Release --project benchmarks -- --filter '*MessageWriter*'</c>.
/// </summary>
[MemoryDiagnoser]
public class MessageWriterBenchmarks
{
    private static readonly Func<Independent.DnsMessageBase, object> Encode = typeof(Independent.DnsMessageBase)
        .GetMethod("Encode", BindingFlags.Instance | BindingFlags.NonPublic, [])!
        .CreateDelegate<Func<Independent.DnsMessageBase, object>>();

    private DnsMessage message = null!;
    private Independent.DnsMessage other = null!;

    /// <summary>Address records in the answer; 0 is a query with EDNS.</summary>
    [Params(0, 1, 20)]
    public int Answers { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var name = DnsName.Parse("kubernetes.default.svc.cluster.local");
        var query = DnsMessage.Query(4711, new Question(name, RecordType.A), new Edns().AskForNameServerIdentifier());
        message = Answers == 0 ? query : query with
        {
            IsResponse = true,
            Answers = [.. Enumerable.Range(1, Answers).Select(i => new ResourceRecord
            {
                Name = DnsName.Parse($"pod-{i % 4}.kubernetes.default.svc.cluster.local"),
                Type = RecordType.A,
                Ttl = TimeSpan.FromSeconds(30),
                Data = new AddressData(new IPAddress([192, 0, 2, (byte)i])),
            })],
        };
        other = Independent.DnsMessage.Parse(new ArraySegment<byte>([.. MessageWriter.Write(message)]));
    }

    [Benchmark(Baseline = true)]
    public object ARSoft() => Encode(other);

    [Benchmark]
    public ImmutableArray<byte> Own() => MessageWriter.Write(message);
}
