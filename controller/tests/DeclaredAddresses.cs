using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace PlatformGitOps.Controller.Tests;

/// <summary>Services without a selector: many addresses in few slices, with few writes for many changes.</summary>
public sealed class DeclaredAddresses : ClusterFixture
{
    private static readonly HashSet<string> NoNames = [];

    private readonly ConcurrentDictionary<string, bool> _asked = new();
    private readonly ConcurrentDictionary<string, bool> _down = new();
    private WebApplication _web = null!;

    [SetUp]
    public async Task ListenOnEveryAddress()
    {
        _asked.Clear();
        _down.Clear();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Any, 0));
        _web = builder.Build();
        _web.Run(context =>
        {
            var address = context.Connection.LocalIpAddress!.ToString();
            _asked[address] = true;
            context.Response.StatusCode = _down.ContainsKey(address) ? 503 : 200;
            return Task.CompletedTask;
        });
        await _web.StartAsync();
    }

    [TearDown]
    public async Task StopListening() => await _web.DisposeAsync();

    [TestCase(0)]
    [TestCase(1.5)]
    public async Task Two_hundred_new_addresses_are_published_with_a_few_writes(double latency)
    {
        AnswerWritesAfter(TimeSpan.FromSeconds(latency));
        Declare(200);

        var one = Start();
        await UntilAsync(() => Ready().Count() == 200, "all are published");
        await UntilAsync(() => HasEvent("EndpointRestored"), "an Event says so");

        await UntilAsync(
            () => one.Host.Metrics.Added.Value(("namespace", "shop"), ("service", "far")) == 200, "each of them is counted once");
        Writes().ShouldBeLessThan(10, "two slices: the first address alone, and the others when all are probed");
    }

    [Test]
    public async Task Removed_and_restored_addresses_share_a_write()
    {
        AnswerWritesAfter(TimeSpan.FromSeconds(1.5));
        var addresses = Declare(20);
        Leave(addresses.ToDictionary(address => address, address => addresses.IndexOf(address) < 10));
        addresses.Take(4).ToList().ForEach(address => _down[address] = true);

        var one = Start(options: Options with { Guards = new GuardOptions { PartitionMinimum = 100 } });
        await UntilAsync(() => Ready().Order().SequenceEqual(addresses.Skip(4).Order()), "four are out, ten are back");

        (string, string)[] labels = [("namespace", "shop"), ("service", "far")];
        await UntilAsync(() => one.Host.Metrics.Removed.Value(labels) + one.Host.Metrics.Added.Value(labels) >= 14, "each is counted");
        one.Host.Metrics.Removed.Value(labels).ShouldBe(4);
        one.Host.Metrics.Added.Value(labels).ShouldBe(10);
        Writes().ShouldBeLessThan(5);
    }

    [Test]
    public async Task If_many_addresses_fail_at_once_the_minimum_remains()
    {
        var addresses = Declare(20);
        Leave(addresses.ToDictionary(address => address, _ => true));
        Start(options: Options with { Guards = new GuardOptions { PartitionMinimum = 100 } });
        await UntilAsync(() => _asked.Count == 20, "every address is probed");

        addresses.Take(15).ToList().ForEach(address => _down[address] = true);
        await UntilAsync(() => Ready().Count() == 10, "half of them are out");

        await NeverAsync(() => Ready().Count() < 10, "half of them must remain");
        Writes().ShouldBeLessThan(5);
    }

    [Test]
    public async Task A_failure_of_a_thousand_addresses_changes_one_of_ten_slices()
    {
        var addresses = Declare(1000, (Annotations.Interval, "3s"), (Annotations.Timeout, "3s"));
        Leave(addresses.ToDictionary(address => address, _ => true));
        Slices().Select(slice => slice["endpoints"]!.AsArray().Count).ShouldBe(Enumerable.Repeat(100, 10));
        Start();
        await UntilAsync(() => _asked.Count == 1000, "every address is probed");

        _down[addresses[517]] = true;
        await UntilAsync(() => !Ready().Contains(addresses[517]), "the address is removed");

        Ready().Count().ShouldBe(999);
        Writes().ShouldBe(1);
    }

    [Test]
    public void A_new_address_moves_no_other_to_another_slice()
    {
        var service = Service("web", 8080);
        var all = Enumerable.Range(10, 150).Select(i => $"10.1.1.{i}").ToDictionary(address => address, _ => true);
        var own = OwnSlices.Build(service, all, null, [], NoNames).Changed.Values.Select(Parse).ToList();

        var (changed, wanted) = OwnSlices.Build(service, new Dictionary<string, bool>(all) { ["10.1.1.1"] = true }, null, own, NoNames);

        wanted.Count.ShouldBe(2);
        changed.ShouldHaveSingleItem().Key.ShouldBe("web-health-ipv4-1");
        OwnSlices.Build(service, all, null, own, NoNames).Changed.ShouldBeEmpty();
        // The controller does not set hints for topology-aware routing; kube-proxy accepts a slice without them.
        changed.Single().Value["endpoints"]![0]!.AsObject().ContainsKey("hints").ShouldBeFalse();
    }

    private static V1EndpointSlice Parse(JsonObject slice) => KubernetesJson.Deserialize<V1EndpointSlice>(slice.ToJsonString());

    private int Port => new Uri(_web.Urls.First()).Port;

    private List<string> Declare(int count, params (string Key, string Value)[] annotations)
    {
        var addresses = Enumerable.Range(0, count).Select(i => $"127.20.{i / 250}.{1 + (i % 250)}").ToList();
        PutService("far", "shop", null, Port,
            [(Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, string.Join(',', addresses)), .. annotations]);
        return addresses;
    }

    /// <summary>Stores the slices of an earlier leader.</summary>
    private void Leave(Dictionary<string, bool> readiness) =>
        OwnSlices.Build(Service("far", Port, UidOf("far")), readiness, null, [], NoNames).Changed.Values.ToList()
            .ForEach(slice => Server.Store.Put("endpointslices", slice));

    private void AnswerWritesAfter(TimeSpan latency) => Server.Intercept = async context =>
    {
        if (context.Request.Method is "PATCH" or "POST" && context.Request.Path.Value!.Contains("/endpointslices"))
        {
            await Latency.Of(latency, context.RequestAborted);
        }

        return false;
    };

    private int Writes() => Server.Log.Count(line => line.StartsWith("PATCH /apis/discovery.k8s.io", StringComparison.Ordinal)
        || line.StartsWith("POST /apis/discovery.k8s.io", StringComparison.Ordinal));

    private string UidOf(string service) => Server.Store.Find("services", "shop", service)!["metadata"]!["uid"]!.GetValue<string>();

    private static V1Service Service(string name, int port, string? uid = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop", Uid = uid },
        Spec = new V1ServiceSpec { Ports = [new V1ServicePort { Port = 80, TargetPort = port }] },
    };

    private IEnumerable<JsonObject> Slices() => Server.Store.List("endpointslices", "shop");

    private IEnumerable<string> Ready() => Slices().SelectMany(slice => slice["endpoints"]!.AsArray())
        .Where(endpoint => endpoint!["conditions"]!["ready"]!.GetValue<bool>())
        .Select(endpoint => endpoint!["addresses"]![0]!.GetValue<string>());
}
