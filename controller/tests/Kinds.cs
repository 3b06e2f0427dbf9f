using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.Controller.Removal;
using PlatformGitOps.Controller.Watching;
using Endpoint = PlatformGitOps.Controller.Watching.Endpoint;

namespace PlatformGitOps.Controller.Tests;

/// <summary>The kinds of Services and pods that Kubernetes has: which addresses are endpoints, and whether they count.</summary>
public sealed class Kinds : ClusterFixture
{
    [TestCase(new[] { "IPv4" }, "10.1.2.3")]
    [TestCase(new[] { "IPv6" }, "fd00::7")]
    [TestCase(new[] { "IPv6", "IPv4" }, "fd00::7")]
    public void Of_a_pod_with_two_addresses_the_one_of_the_Services_first_family_is_probed(string[] families, string address) =>
        Resolve(Service(families), Pod("10.1.2.3", "10.1.2.3", "fd00::7"))!.Address
            .ShouldBe(new IPEndPoint(IPAddress.Parse(address), 8080));

    [Test]
    public void A_pod_without_an_address_of_that_family_is_no_endpoint() =>
        Resolve(Service(["IPv6"]), Pod("10.1.2.3")).ShouldBeNull();

    [Test]
    public void A_pod_on_the_host_network_is_probed_at_its_node_and_its_named_port()
    {
        var pod = Pod("192.168.10.4");
        pod.Spec.HostNetwork = true;
        pod.Spec.Containers = [new V1Container { Name = "web", Ports = [new V1ContainerPort { Name = "http", ContainerPort = 9080 }] }];
        var service = Service();
        service.Spec.Ports[0].TargetPort = "http";

        Resolve(service, pod)!.Address.ShouldBe(new IPEndPoint(IPAddress.Parse("192.168.10.4"), 9080));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_pod_that_terminates_is_no_endpoint_though_it_may_still_serve(bool publishesNotReady)
    {
        var (pod, service) = (Pod("10.1.2.3"), Service());
        pod.Metadata.DeletionTimestamp = TimeProvider.System.GetUtcNow().UtcDateTime;
        service.Spec.PublishNotReadyAddresses = publishesNotReady;

        Resolve(service, pod).ShouldBeNull();
    }

    [TestCase(false, EndpointState.NotReady)]
    [TestCase(true, EndpointState.Serving)]
    public void A_pod_that_is_not_ready_is_in_DNS_where_the_Service_publishes_it_and_is_not_asked(
        bool publishesNotReady, object state)
    {
        var (pod, service) = (Pod("10.1.2.3"), Service());
        pod.Status.Conditions = [new() { Type = "Ready", Status = "False" }, new() { Type = "ContainersReady", Status = "False" }];
        service.Spec.PublishNotReadyAddresses = publishesNotReady;

        var endpoint = Resolve(service, pod)!;

        endpoint.State.ShouldBe(state);
        endpoint.IsProbed.ShouldBeFalse("a container that starts has not failed");
    }

    [TestCase("None", null)]
    [TestCase("10.96.0.7", null)]
    [TestCase("10.96.0.7", "service.kubernetes.io/topology-mode")]
    public async Task Headless_or_not_and_with_topology_hints_a_failing_pod_leaves_its_Service(string clusterIP, string? annotation)
    {
        Deploy(3);
        var service = Server.Store.Find("services", "shop", "web")!;
        service["spec"]!["clusterIP"] = clusterIP;
        if (annotation is not null)
        {
            service["metadata"]!["annotations"]![annotation] = "Auto";
        }

        Server.Store.Put("services", service);
        Start();
        await AskedAsync(3, 2);

        Endpoints.Fail(1);

        await UntilAsync(() => !Serves(1), "the pod is taken out");
        Serving(3).ShouldBe(2);
    }

    [Test]
    public async Task A_thousand_addresses_are_in_ten_slices_of_which_a_failure_changes_one()
    {
        var failing = IPAddress.Parse("127.20.2.17");
        var (isDown, addresses) = (false, Enumerable.Range(0, 1000).Select(i => $"127.20.{i / 250}.{1 + (i % 250)}").ToList());
        var asked = new ConcurrentDictionary<IPAddress, bool>();
        await using var web = await AnywhereAsync(context =>
        {
            asked[context.Connection.LocalIpAddress!] = true;
            context.Response.StatusCode = isDown && context.Connection.LocalIpAddress!.Equals(failing) ? 503 : 200;
        });
        var port = new Uri(web.Urls.First()).Port;
        PutService("far", "shop", null, port, (Annotations.Removal, "endpoint-slices"),
            (Annotations.Addresses, string.Join(',', addresses)), (Annotations.Interval, "3s"), (Annotations.Timeout, "3s"));
        // As an earlier leader left them.
        var service = Service("far", port: port);
        foreach (var slice in OwnSlices.Build(service, addresses.ToDictionary(address => address, _ => true), null, []).Changed.Values)
        {
            Server.Store.Put("endpointslices", slice);
        }

        Slices().Select(slice => slice["endpoints"]!.AsArray().Count).ShouldBe(Enumerable.Repeat(100, 10));
        Start();
        await UntilAsync(() => asked.Count == 1000, "every address is probed");
        Server.Log.Clear();

        isDown = true;
        await UntilAsync(() => !Ready().Contains(failing.ToString()), "the address is taken out");

        Ready().Count().ShouldBe(999);
        Server.Log.Count(line => line.StartsWith("PATCH /apis/discovery.k8s.io", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Test]
    public void An_address_that_comes_moves_no_other()
    {
        var service = Service();
        var all = Enumerable.Range(10, 150).Select(i => $"10.1.1.{i}").ToDictionary(address => address, _ => true);
        var own = OwnSlices.Build(service, all, null, []).Changed.Values.Select(Parse).ToList();

        var (changed, wanted) = OwnSlices.Build(service, new Dictionary<string, bool>(all) { ["10.1.1.1"] = true }, null, own);

        wanted.Count.ShouldBe(2);
        changed.ShouldHaveSingleItem().Key.ShouldBe("web-health-ipv4-1");
        OwnSlices.Build(service, all, null, own).Changed.ShouldBeEmpty();
        // Hints for topology-aware routing are not this controller's; kube-proxy takes a slice without them as it is.
        changed.Single().Value["endpoints"]![0]!.AsObject().ContainsKey("hints").ShouldBeFalse();
    }

    private static V1EndpointSlice Parse(JsonObject slice) => new()
    {
        Metadata = new V1ObjectMeta { Name = slice["metadata"]!["name"]!.GetValue<string>() },
        Endpoints =
        [
            .. slice["endpoints"]!.AsArray().Select(endpoint => new V1Endpoint
            {
                Addresses = [endpoint!["addresses"]![0]!.GetValue<string>()],
                Conditions = new V1EndpointConditions { Ready = endpoint["conditions"]!["ready"]!.GetValue<bool>() },
            }),
        ],
        Ports =
        [
            .. slice["ports"]!.AsArray().Select(port => new Discoveryv1EndpointPort
            {
                Name = port!["name"]!.GetValue<string>(),
                Port = port["port"]!.GetValue<int>(),
                Protocol = port["protocol"]!.GetValue<string>(),
            }),
        ],
    };

    private static async Task<WebApplication> AnywhereAsync(Action<HttpContext> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Any, 0));
        var app = builder.Build();
        app.Run(context =>
        {
            answer(context);
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    private IEnumerable<JsonObject> Slices() => Server.Store.List("endpointslices", "shop");

    private IEnumerable<string> Ready() => Slices().SelectMany(slice => slice["endpoints"]!.AsArray())
        .Where(endpoint => endpoint!["conditions"]!["ready"]!.GetValue<bool>())
        .Select(endpoint => endpoint!["addresses"]![0]!.GetValue<string>());

    private static Endpoint? Resolve(V1Service service, V1Pod pod) =>
        EndpointResolver.OfPod(service, new HealthPolicy(), pod, new NetworkRules());

    private static V1Service Service(string[]? families = null) => Service("web", families);

    private static V1Service Service(string name, string[]? families = null, int port = 8080) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop" },
        Spec = new V1ServiceSpec
        {
            Selector = new Dictionary<string, string> { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" },
            IpFamilies = families,
            Ports = [new V1ServicePort { Port = 80, TargetPort = port }],
        },
    };

    private static V1Pod Pod(string address, params string[] all) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "web-0",
            NamespaceProperty = "shop",
            Labels = new Dictionary<string, string> { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" },
        },
        Spec = new V1PodSpec { NodeName = "node-0", Containers = [] },
        Status = new V1PodStatus
        {
            Phase = "Running",
            PodIP = address,
            PodIPs = [.. all.Select(ip => new V1PodIP { Ip = ip })],
            Conditions = [new() { Type = "Ready", Status = "True" }, new() { Type = "ContainersReady", Status = "True" }],
        },
    };
}
