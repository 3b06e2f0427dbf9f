namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A pod of the suite's monitoring and its files; recreated after a change, because its program reads them once.</summary>
/// <param name="Files">File name in /config to content.</param>
public sealed record MonitoringPod(
    string Name, string Image, int Port, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>The monitoring namespace in the delivered policies.</summary>
    public static string Place(LiveCluster cluster) => cluster.Tree.Settings["MONITORING_NAMESPACE"];

    /// <summary>The objects of a pod of this name.</summary>
    public static IEnumerable<ResourceAddress> Objects(string name, string inNamespace) =>
    [
        ResourceKind.Pod.Named(name, inNamespace), ResourceKind.ConfigMap.Named(name, inNamespace),
        ResourceKind.ServiceAccount.Named(name, inNamespace),
    ];

    /// <summary>Creates the pod on the first call; skips the test if the image is not on this machine.</summary>
    /// <param name="setting">The setting that names the image.</param>
    /// <returns>The ready pod.</returns>
    public async Task<Resource> Ensure(LiveCluster cluster, string setting, CancellationToken cancellationToken)
    {
        if (await ProberImage.TryBring(cluster, Image, cancellationToken) is null)
        {
            Assert.Ignore($"the image {Image} is not on this machine; pull it, or name another in the setting {setting}");
        }

        return await CreationLock.Run(cluster.Cluster.Name, Name, () => Made(cluster, cancellationToken), cancellationToken);
    }

    private async Task<Resource> Made(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var place = Place(cluster);
        var address = ResourceKind.Pod.Named(Name, place);
        var wanted = Pod();
        await Apply(cluster, ResourceKind.Namespace, place, null, null, cancellationToken);
        await Apply(cluster, ResourceKind.ServiceAccount, Name, place, null, cancellationToken);
        wanted.Document["metadata"]!["namespace"] = place;
        await Pods.DropOther(cluster, wanted, cancellationToken);
        var files = new JsonObject(Files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value)));
        await Apply(cluster, ResourceKind.ConfigMap, Name, place, new JsonObject { ["data"] = files }, cancellationToken);
        await cluster.Api.Apply(ResourceKind.Pod, wanted, cancellationToken);
        return await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token =>
            {
                var pod = await cluster.Require(address, token);
                Conditions.Holds(pod, "Ready").ShouldBeTrue(Conditions.Say(pod, "Ready"));
                return pod;
            },
            $"{Name} runs",
            cancellationToken);
    }

    public static Task Apply(
        LiveCluster cluster, ResourceKind kind, string name, string? inNamespace, JsonObject? content, CancellationToken cancellationToken)
    {
        var document = content ?? [];
        document["apiVersion"] = kind.ApiVersion;
        document["kind"] = kind.Kind;
        document["metadata"] = inNamespace is null
            ? new JsonObject { ["name"] = name }
            : new JsonObject { ["name"] = name, ["namespace"] = inNamespace };
        return cluster.Api.Apply(kind, new Resource(document), cancellationToken);
    }

    private Resource Pod()
    {
        var spec = new JsonObject
        {
            ["serviceAccountName"] = Name,
            ["terminationGracePeriodSeconds"] = 0,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = Name,
                ["image"] = Image,
                ["args"] = new JsonArray([.. Arguments.Select(argument => (JsonNode)argument)]),
                ["readinessProbe"] = new JsonObject
                {
                    ["httpGet"] = new JsonObject { ["path"] = "/health", ["port"] = Port },
                    ["periodSeconds"] = 1,
                },
                ["volumeMounts"] = new JsonArray(
                    new JsonObject { ["name"] = "config", ["mountPath"] = "/config" },
                    new JsonObject { ["name"] = "data", ["mountPath"] = "/data" }),
            }),
            ["volumes"] = new JsonArray(
                new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = Name } },
                new JsonObject { ["name"] = "data", ["emptyDir"] = new JsonObject() }),
        };
        var all = string.Join(
            '\n', Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key}\n{file.Value}")
                .Prepend(spec.ToJsonString()));
        return new Resource(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["annotations"] =
                    new JsonObject { [Pods.MadeFrom] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16] },
            },
            ["spec"] = spec,
        });
    }
}
