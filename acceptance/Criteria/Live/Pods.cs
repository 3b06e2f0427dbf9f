namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Manifests of the suite's own objects in a cluster.</summary>
internal static class Pods
{
    /// <summary>The annotation with the image or content that a pod was created from, for pods that outlive a run.</summary>
    public const string MadeFrom = "acceptance.platform-gitops.io/made-from";

    /// <summary>The address of a pod; a new pod has none yet.</summary>
    public static string Address(Resource pod) => pod.Text("status.podIP") ?? throw new NotYetException($"{pod.Name} has no address yet");

    /// <summary>The addresses of a pod for a Service of these families (<c>IPv4</c>, <c>IPv6</c>).</summary>
    public static IEnumerable<string> Addresses(Resource pod, IReadOnlyCollection<string> families) =>
        pod.Parts("status.podIPs").Select(entry => entry.Text("ip")).OfType<string>()
            .Where(address => families.Contains(address.Contains(':') ? "IPv6" : "IPv4"));

    /// <summary>Deletes the pod if it was created from something else, and returns when it is deleted.</summary>
    public static async Task DropOther(LiveCluster cluster, Resource wanted, CancellationToken cancellationToken)
    {
        var address = ResourceKind.Pod.Named(wanted.Name, wanted.Namespace);
        if (await cluster.Api.Get(address, cancellationToken) is { } there
            && there.Annotations.GetValueOrDefault(MadeFrom) != wanted.Annotations[MadeFrom])
        {
            await cluster.Api.Delete(address, TimeSpan.Zero, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                async token => (await cluster.Api.Get(address, token)).ShouldBeNull(),
                $"the {wanted.Name} that was made from something else is gone",
                cancellationToken);
        }
    }

    /// <summary>A pod of the prober that waits, so that commands can run in it.</summary>
    public static JsonObject Prober(
        string place, string name, string image, JsonObject spec, params IEnumerable<(string Key, string Value)> labels)
    {
        spec["terminationGracePeriodSeconds"] = 0;
        spec["containers"] = new JsonArray(
            new JsonObject { ["name"] = "prober", ["image"] = image, ["command"] = new JsonArray("/prober", "wait") });
        var pod = Manifest("Pod", name, place, spec);
        pod["metadata"]!["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        return pod;
    }

    /// <param name="place">The namespace; null for cluster-scoped objects.</param>
    public static JsonObject Manifest(string kind, string name, string? place, JsonObject? spec, string apiVersion = "v1")
    {
        var document = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
        if (place is not null)
        {
            document["metadata"]!["namespace"] = place;
        }

        if (spec is not null)
        {
            document["spec"] = spec;
        }

        return document;
    }
}

/// <summary>Images of the suite's own programs. No registry has them, so they are loaded into the nodes.</summary>
public static class ProberImage
{
    private static readonly ConcurrentDictionary<(string Cluster, string Image), string?> Brought = new();

    /// <summary>Loads the image; skips the test if it is not on this machine.</summary>
    /// <returns>The image's id.</returns>
    public static async Task<string> Bring(LiveCluster cluster, string image, CancellationToken cancellationToken)
    {
        var brought = await TryBring(cluster, image, cancellationToken);
        if (brought is null)
        {
            Assert.Ignore(
                $"the image {image} is not on this machine; pull it, or build it with acceptance/prober/build-images, or name another in " +
                    $"the setting prober-image");
        }

        return brought;
    }

    /// <summary>The image's id; null if it is not on this machine.</summary>
    public static Task<string?> TryBring(LiveCluster cluster, string image, CancellationToken cancellationToken) =>
        TryBring(cluster.Cluster, cluster.Engine, image, cancellationToken);

    /// <summary>The same before the delivery.</summary>
    public static async Task<string?> TryBring(
        RunningCluster cluster, ContainerEngine engine, string image, CancellationToken cancellationToken)
    {
        if (cluster.Capabilities.Kind == "existing")
        {
            return image; // Its nodes pull the image.
        }

        var (name, kind) = (cluster.Name, cluster.Capabilities.Kind);
        return Brought.TryGetValue((name, image), out var there) ? there
            : await CreationLock.Run(name, image, () => Carry(engine, image, kind, name, cancellationToken), cancellationToken);
    }

    private static async Task<string?> Carry(
        ContainerEngine engine, string image, string kind, string name, CancellationToken cancellationToken)
    {
        if (Brought.TryGetValue((name, image), out var there))
        {
            return there;
        }

        there = await engine.ImageId(image, cancellationToken);
        if (there is not null)
        {
            await engine.Load(image, kind, name, cancellationToken);
        }

        return Brought[(name, image)] = there;
    }
}
