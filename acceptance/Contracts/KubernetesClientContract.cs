namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>The suite's assumptions about KubernetesClient, and tests of <see cref="KubernetesApi"/>, with a real API server.</summary>
[Category("Live")]
public sealed class KubernetesClientContract
{
    private const string Namespace = "api-contract";
    private KubernetesApi api = null!;
    private ResourceAddress map = null!;

    [SetUp]
    [CancelAfter(900_000)]
    public async Task OwnNamespace()
    {
        api = (await LiveClusters.Get("infra", CancellationToken.None)).Api;
        await api.Apply(ResourceKind.Namespace, Document(ResourceKind.Namespace.Named(Namespace)), CancellationToken.None);
        map = ResourceKind.ConfigMap.Named($"map-{Guid.NewGuid():n}", Namespace);
    }

    [Test]
    public async Task The_server_returns_its_version() => (await api.Version(CancellationToken.None)).ShouldStartWith("v1.");

    [Test]
    public async Task A_missing_object_is_null_and_not_an_error()
    {
        (await api.Get(map, CancellationToken.None)).ShouldBeNull();
        var unknown = new ResourceKind("example.com/v1", "Nothing", "nothings");
        (await api.Get(unknown.Named("x", Namespace), CancellationToken.None)).ShouldBeNull();
        await api.Delete(map, null, CancellationToken.None);
    }

    [Test]
    public async Task Apply_makes_and_changes_and_patch_merges()
    {
        var made = await api.Apply(ResourceKind.ConfigMap, Data(("a", "1"), ("b", "2")), CancellationToken.None);
        made.Uid.ShouldNotBeEmpty();
        (await api.Apply(ResourceKind.ConfigMap, Data(("a", "3")), CancellationToken.None)).Map("data")
            .ShouldBe(new Dictionary<string, string> { ["a"] = "3" });
        var patch = new JsonObject { ["data"] = new JsonObject { ["c"] = "4", ["a"] = null } };
        var patched = await api.Patch(map, patch, CancellationToken.None);
        patched.Map("data").ShouldBe(new Dictionary<string, string> { ["c"] = "4" });
        (await api.Get(map, CancellationToken.None))!.Map("data").Keys.ShouldBe(["c"]);
    }

    [Test]
    public async Task Lists_are_narrowed_by_namespace_and_label()
    {
        var labelled = Data();
        labelled.Document["metadata"]!["labels"] = new JsonObject { ["contract"] = map.Name };
        await api.Apply(ResourceKind.ConfigMap, labelled, CancellationToken.None);
        var listed = (await api.List(ResourceKind.ConfigMap, Namespace, $"contract={map.Name}", CancellationToken.None))
            .ShouldHaveSingleItem();
        listed.Name.ShouldBe(map.Name);
        listed.Kind.ShouldBe("ConfigMap");
        (await api.List(ResourceKind.ConfigMap, null, null, CancellationToken.None)).Count.ShouldBeGreaterThan(1);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_watch_reports_what_exists_and_then_each_change(CancellationToken cancellationToken)
    {
        await api.Apply(ResourceKind.ConfigMap, Data(("step", "0")), cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var seen = new List<string>();
        var watching = Task.Run(
            async () =>
            {
                await foreach (var change in api.Watch(ResourceKind.ConfigMap, Namespace, null, end.Token))
                {
                    if (change.Resource.Name == map.Name)
                    {
                        lock (seen)
                        {
                            seen.Add($"{change.Kind} {change.Resource.Text("data.step")}");
                        }
                    }
                }
            },
            CancellationToken.None);
        await Saw("Added 0");
        await api.Patch(map, new JsonObject { ["data"] = new JsonObject { ["step"] = "1" } }, cancellationToken);
        await Saw("Modified 1");
        await api.Delete(map, null, cancellationToken);
        await Saw("Deleted 1");
        await end.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => watching);
        seen.Count.ShouldBe(3);

        Task Saw(string what) => Eventually.Within(
            TimeSpan.FromSeconds(10),
            () =>
            {
                lock (seen)
                {
                    seen.ShouldContain(what);
                }
            },
            "a change is reported soon after it was made",
            cancellationToken);
    }

    [Test]
    public async Task A_refusal_has_the_status_and_the_servers_message()
    {
        var refusal = await Should.ThrowAsync<KubernetesApiException>(() => api.Apply(
            ResourceKind.ConfigMap, Document(ResourceKind.ConfigMap.Named("Not_A_Name", Namespace)), CancellationToken.None));
        refusal.Status.ShouldBe(422);
        refusal.Message.ShouldContain("Not_A_Name");
    }

    [Test]
    public async Task A_program_in_a_pod_answers_with_its_output_and_exit_code()
    {
        var cluster = await LiveClusters.Get("infra", CancellationToken.None);
        var pod = (await api.List(ResourceKind.Pod, "kube-system", "k8s-app=kube-proxy", CancellationToken.None))[0];
        var answer = await cluster.Api.Exec("kube-system", pod.Name, null, ["kube-proxy", "--version"], CancellationToken.None);
        answer.ExitCode.ShouldBe(0);
        answer.Output.ShouldContain("v1.");
        var failed = await cluster.Api.Exec("kube-system", pod.Name, null, ["kube-proxy", "--no-such-flag"], CancellationToken.None);
        failed.ExitCode.ShouldNotBe(0);
    }

    [Test]
    public async Task Logs_and_ports_of_a_pod_are_reached()
    {
        var cluster = await LiveClusters.Get("infra", CancellationToken.None);
        var pod = (await cluster.DnsPods(CancellationToken.None))[0].Name;
        (await api.Logs("kube-system", pod, null, false, CancellationToken.None)).ShouldContain("CoreDNS-");
        (await api.GetFromPod("kube-system", pod, 8080, "/health", CancellationToken.None)).ShouldBe(new HttpAnswer(200, "OK"));
        (await api.GetFromPod("kube-system", pod, 9153, "/nothing", CancellationToken.None)).Status.ShouldBe(404);
    }

    private Resource Data(params (string Key, string Value)[] data)
    {
        var document = Document(map);
        document.Document["data"] = new JsonObject(data.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
        return document;
    }

    private static Resource Document(ResourceAddress address)
    {
        var metadata = new JsonObject { ["name"] = address.Name };
        if (address.Namespace is { } place)
        {
            metadata["namespace"] = place;
        }

        return new Resource(new JsonObject
        {
            ["apiVersion"] = address.Kind.ApiVersion,
            ["kind"] = address.Kind.Kind,
            ["metadata"] = metadata,
        });
    }
}
