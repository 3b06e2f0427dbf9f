using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Tests;

/// <summary>The kinds of Services and pods in Kubernetes: which addresses are endpoints, and which are ready.</summary>
public sealed class EndpointKinds : ClusterFixture
{
    [TestCase(new[] { "IPv4" }, "10.1.2.3")]
    [TestCase(new[] { "IPv6" }, "fd00::7")]
    [TestCase(new[] { "IPv6", "IPv4" }, "fd00::7")]
    public void The_address_of_the_Services_first_IP_family_is_probed(string[] families, string address) =>
        Resolve(Service(families), Pod("10.1.2.3", "10.1.2.3", "fd00::7"))!.Address
            .ShouldBe(new IPEndPoint(IPAddress.Parse(address), 8080));

    [Test]
    public void A_pod_without_an_address_of_that_family_is_no_endpoint() => Resolve(Service(["IPv6"]), Pod("10.1.2.3")).ShouldBeNull();

    [Test]
    public void A_pod_on_the_host_network_is_probed_at_its_nodes_address_and_named_port()
    {
        var pod = Pod("192.168.10.4");
        pod.Spec.HostNetwork = true;
        pod.Spec.Containers = [new V1Container { Name = "web", Ports = [new V1ContainerPort { Name = "http", ContainerPort = 9080 }] }];
        var service = Service();
        service.Spec.Ports[0].TargetPort = "http";

        Resolve(service, pod)!.Address.ShouldBe(new IPEndPoint(IPAddress.Parse("192.168.10.4"), 9080));
    }

    [TestCase("Always", 15001)]
    [TestCase(null, null)]
    public void A_named_port_may_be_one_of_a_sidecar(string? restartPolicy, int? probed)
    {
        var pod = Pod("10.1.2.3");
        pod.Spec.InitContainers =
        [
            new V1Container
            {
                Name = "proxy", RestartPolicy = restartPolicy, Ports = [new V1ContainerPort { Name = "mesh", ContainerPort = 15001 }],
            },
        ];
        var service = Service();
        service.Spec.Ports[0].TargetPort = "mesh";

        (Resolve(service, WatchedResources.Trim(pod))?.Address.Port).ShouldBe(probed);
    }

    [TestCase(ProbeScheme.Http, null, 8080)]
    [TestCase(ProbeScheme.Dns, null, 5353)]
    [TestCase(ProbeScheme.Tcp, "53", 5300)]
    [TestCase(ProbeScheme.Dns, "53", 5353)]
    [TestCase(ProbeScheme.Http, "quic", 4433)]
    public void The_first_port_of_the_probes_protocol_is_used(object scheme, string? port, int probed)
    {
        var service = Service();
        service.Spec.Ports =
        [
            new() { Name = "dns", Port = 53, Protocol = "UDP", TargetPort = 5353 },
            new() { Name = "quic", Port = 443, Protocol = "UDP", TargetPort = 4433 },
            new() { Name = "http", Port = 80, TargetPort = 8080 },
            new() { Name = "dns-tcp", Port = 53, Protocol = "TCP", TargetPort = 5300 },
        ];
        var policy = new HealthPolicy { Scheme = (ProbeScheme)scheme, Port = port };

        EndpointResolver.OfPod(service, policy, Pod("10.1.2.3"), new ProbeNetworks())!.Address.Port.ShouldBe(probed);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_terminating_pod_is_no_endpoint(bool publishesNotReady)
    {
        var (pod, service) = (Pod("10.1.2.3"), Service());
        pod.Metadata.DeletionTimestamp = TimeProvider.System.GetUtcNow().UtcDateTime;
        service.Spec.PublishNotReadyAddresses = publishesNotReady;

        Resolve(service, pod).ShouldBeNull();
    }

    [TestCase(false, EndpointState.NotReady)]
    [TestCase(true, EndpointState.Serving)]
    public void A_pod_that_is_not_ready_is_not_probed(bool publishesNotReady, object state)
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
    public async Task A_failing_pod_is_removed_from_any_kind_of_Service(string clusterIP, string? annotation)
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

        await UntilAsync(() => !Serves(1), "the pod is removed");
        Serving(3).ShouldBe(2);
    }

    [Test]
    public async Task A_pod_without_the_named_port_is_reported_and_its_label_comes_back()
    {
        Deploy(3);
        PutNamed(1, "http");
        PutNamed(2, "http");
        var pod = Server.Store.Find("pods", "shop", "web-0")!;
        pod["metadata"]!["labels"]!.AsObject().Remove(Annotations.DefaultServeLabel);
        pod["metadata"]!["annotations"] = new JsonObject
        {
            [Annotations.Removed] = $$"""[{"services":["shop/web"],"label":"{{Annotations.DefaultServeLabel}}","since":"","reason":""}]""",
        };
        Server.Store.Put("pods", pod);
        var service = Server.Store.Find("services", "shop", "web")!;
        service["spec"]!["ports"]![0]!["targetPort"] = "http";
        Server.Store.Put("services", service);

        var one = Start();

        await UntilAsync(() => Serves(0), "it cannot be probed, so nothing would bring it back");
        await UntilAsync(() => HasEvent("InvalidHealthCheck"), "an Event names the pod");
        Server.Store.List("events", "shop").Single(item => item["reason"]!.GetValue<string>() == "InvalidHealthCheck")["message"]!
            .GetValue<string>().ShouldBe("web-0 has no container port named 'http', so it is not probed and stays in DNS: name the port in "
                + $"its container, or write another {Annotations.Port}");
        one.Host.Metrics.InvalidServices.Value().ShouldBe(1);
        PutNamed(0, "http");
        await UntilAsync(() => one.Host.Metrics.InvalidServices.Value() == 0, "the pod has the port now");
        Endpoints.Fail(2);
        await UntilAsync(() => !Serves(2), "the others are checked all the time");
    }

    private void PutNamed(int index, string port)
    {
        var pod = Server.Store.Find("pods", "shop", $"web-{index}")!;
        pod["spec"]!["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = "web",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = port, ["containerPort"] = Endpoints.Port }),
        });
        Server.Store.Put("pods", pod);
    }

    private static Endpoint? Resolve(V1Service service, V1Pod pod) =>
        EndpointResolver.OfPod(service, new HealthPolicy(), pod, new ProbeNetworks());

    private static V1Service Service(string[]? families = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop" },
        Spec = new V1ServiceSpec
        {
            Selector = new Dictionary<string, string> { ["app"] = "web", [Annotations.DefaultServeLabel] = "true" },
            IpFamilies = families,
            Ports = [new V1ServicePort { Port = 80, TargetPort = 8080 }],
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
