using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>Delivery as in production: the tree is in a Git repository, and Flux's controllers in the cluster reconcile it.</summary>
public sealed class FluxDelivery(SuiteSettings settings) : IDelivery
{
    /// <summary>The suite serves the tree, and receives Flux's events instead of the definition's receivers.</summary>
    public async Task<Platform> Adapt(Platform platform, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        var served = Served(platform, cluster.Shape.Role, await Server(platform, api, cancellationToken));
        var receivers = await GitServer.For(api, cancellationToken);
        return served with
        {
            Charts = settings.Chart is { } chart
                ? platform.Charts.SetItem("coredns", platform.Charts["coredns"] with { Url = chart })
                : platform.Charts,
            Clusters =
            [
                .. served.Clusters.Select(one => one with
                {
                    Notifications =
                    [
                        .. one.Notifications.Select(receiver => receiver with
                        {
                            Type = "generic",
                            Address = receivers.NoticesUrl(receiver.Name.Text),
                            Channel = null,
                            SecretName = null,
                        }),
                    ],
                }),
            ],
        };
    }

    /// <summary>The definition with the suite's server as its source, which has a branch or tag for each cluster.</summary>
    internal static Platform Served(Platform platform, string role, ITreeServer server) => platform with
    {
        Repository = server.Source(platform.For(platform.ClusterNamed(role)).Repository, role),
        Clusters = [.. platform.Clusters.Select(one => one with { Pins = one.Pins with { Reference = null } })],
    };

    /// <summary>Flux's events from all clusters in this network.</summary>
    public static async Task<IReadOnlyList<Notice>> Notices(KubernetesApi api, CancellationToken cancellationToken) =>
        (await GitServer.For(api, cancellationToken)).Received;

    /// <summary>Publishes the tree with a fault that Flux cannot build; running objects stay.</summary>
    /// <param name="missing">The missing file that the cluster's kustomization will name.</param>
    public static async Task DeliverUnbuildable(
        Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, string missing,
        CancellationToken cancellationToken)
    {
        var path = InRepository(platform, $"{Layout.ClusterFolder(cluster.Shape.Role)}/kustomization.yaml");
        await (await Server(platform, api, cancellationToken)).Publish(
            tree.Platform.Repository,
            cluster.Shape.Role,
            Files(platform).Select(file => file.Path == path
                ? file with { Text = file.Text.Replace("resources:\n", $"resources:\n  - {missing}\n") }
                : file),
            Signer(platform),
            cancellationToken);
        await Fetch(Source(tree), api, cancellationToken);
    }

    /// <summary>Publishes the unchanged tree without the suite's signature, and makes Flux fetch it.</summary>
    /// <returns>The end of its revision.</returns>
    public static async Task<string> PublishUntrusted(
        Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, TreeSigner signer,
        CancellationToken cancellationToken)
    {
        var revision = await (await Server(platform, api, cancellationToken))
            .Publish(tree.Platform.Repository, cluster.Shape.Role, Files(platform), signer, cancellationToken);
        var (source, asked) = (Source(tree), await Fetch(Source(tree), api, cancellationToken));
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await api.Get(source, token)).ShouldNotBeNull().Text("status.lastHandledReconcileAt").ShouldBe(asked),
            "Flux has looked at the revision that nobody trusts",
            cancellationToken);
        return revision;
    }

    public async Task Deliver(
        Platform platform, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        var (server, repository) = (await Server(platform, api, cancellationToken), tree.Platform.Repository);
        var revision = await server.Publish(
            repository, cluster.Shape.Role, Files(platform), Signer(platform), cancellationToken);
        await Definitions.Install(settings, tree, cluster.Context, api, cancellationToken);
        var controllers = await Controllers(platform.Flux, cancellationToken);
        await Apply(WithoutDns(controllers, isIPv6: cluster.Shape.DnsAddress.Contains(':')), cluster, cancellationToken);
        if (tree.Definition.Monitoring is { Dashboard: true } monitoring)
        {
            // The namespace of the users' Grafana, which test clusters do not have.
            await api.ApplyNamespace(monitoring.Namespace.ToString(), cancellationToken);
        }

        foreach (var secret in await server.Secrets(repository, cancellationToken))
        {
            await api.Apply(ResourceKind.Secret, secret, cancellationToken);
        }

        var address = Source(tree);
        if ((await api.Get(address, cancellationToken))?.Text("spec.url") != repository.Url)
        {
            await Apply(tree.Flux, cluster, cancellationToken);
        }

        // A cluster that already follows the source gets all later changes from it. A suspended one would first apply its last fetch.
        await Fetch(address, api, cancellationToken);
        await Fetched(revision, address, api, cancellationToken);
        await Suspend(false, cluster, api, cancellationToken);
        await Reconciled(revision, tree, cluster, api, cancellationToken);
    }

    /// <summary>
    /// Flux prunes the Kustomization's objects; the release is annotated to survive that, and is deleted separately, which uninstalls it.
    /// </summary>
    public async Task Withdraw(RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        await Suspend(true, cluster, api, cancellationToken);
        foreach (var address in new[]
        {
            ResourceKind.FluxKustomization.Named($"cluster-{cluster.Shape.Role}-coredns", "flux-system"),
            ResourceKind.HelmRelease.Named(tree.Release.Name, tree.Release.Namespace),
        })
        {
            await api.Delete(address, null, cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token => (await api.Get(address, token)).ShouldBeNull($"{address} is still there"),
                "Flux removes what it has delivered",
                cancellationToken);
        }
    }

    /// <summary>The files in the repository: below the definition's folder, where the Kustomizations' paths begin.</summary>
    internal static IReadOnlyList<GeneratedFile> Files(Platform platform) =>
    [
        .. DefinedTree.Files(platform, Path.GetDirectoryName(Repository.DefinitionFile)!)
            .Select(file => file with { Path = InRepository(platform, file.Path) }),
    ];

    /// <summary>The source of the cluster's tree.</summary>
    internal static Resource SourceOf(RenderedCluster tree) => tree.Flux
        .Single(resource => resource.Kind is "GitRepository" or "OCIRepository" && resource.Name == Layout.SourceName);

    internal static ResourceAddress Source(RenderedCluster tree)
    {
        var source = SourceOf(tree);
        return ResourceKind.Of(source).Named(source.Name, source.Namespace);
    }

    /// <summary>The server of the tree, instead of the definition's source.</summary>
    private static async Task<ITreeServer> Server(Platform platform, KubernetesApi api, CancellationToken cancellationToken) =>
        platform.Repository.Kind == SourceKind.Oci
            ? await OciRegistry.For(api, cancellationToken) : await GitServer.For(api, cancellationToken);

    private static TreeSigner Signer(Platform platform) => platform.Repository.Verify is null ? TreeSigner.Nobody : TreeSigner.Suite;

    private static string InRepository(Platform platform, string path) =>
        platform.Repository.Folder is { } folder ? $"{folder}/{path}" : path;

    /// <summary>Otherwise the cluster's own Kustomization would restore deleted objects at its next reconciliation.</summary>
    private static Task Suspend(bool suspend, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken) => api.Patch(
        ResourceKind.FluxKustomization.Named($"cluster-{cluster.Shape.Role}", "flux-system"),
        new JsonObject { ["spec"] = new JsonObject { ["suspend"] = suspend } },
        cancellationToken);

    /// <summary>
    /// Flux's manifests with docs/bootstrap.md's changes for a cluster without DNS: source-controller uses its node's resolver, and
    /// advertises its Service's address instead of a name. With a pod's address, the other controllers would try a moved pod for nine
    /// minutes.
    /// </summary>
    /// <returns>Services first: the kubelet sets their addresses in pods that start later.</returns>
    public static IReadOnlyList<Resource> WithoutDns(IReadOnlyList<Resource> manifests, bool isIPv6)
    {
        List<Resource> changed = [.. manifests.Select(resource => resource.Copy()).OrderBy(resource => resource.Kind is "Deployment")];
        var pod = changed.Single(resource => resource is { Kind: "Deployment", Name: "source-controller" })
            .At("spec.template.spec")!;
        var container = pod["containers"]![0]!;
        pod["dnsPolicy"] = "Default";
        container["args"] = new JsonArray(
        [
            .. container["args"]!.AsArray().Select(argument => (string)argument!)
                .Where(argument => !argument.StartsWith("--storage-adv-addr", StringComparison.Ordinal)),
            isIPv6 ? "--storage-adv-addr=[$(SOURCE_CONTROLLER_SERVICE_HOST)]" : "--storage-adv-addr=$(SOURCE_CONTROLLER_SERVICE_HOST)",
        ]);
        return changed;
    }

    private async Task<IReadOnlyList<Resource>> Controllers(FluxSettings flux, CancellationToken cancellationToken)
    {
        var place = settings.FluxManifests ?? $"https://github.com/fluxcd/flux2/releases/download/v{flux.Version}/install.yaml";
        if (!place.StartsWith("https://", StringComparison.Ordinal))
        {
            return YamlDocuments.Resources(await File.ReadAllTextAsync(place, cancellationToken));
        }

        using var client = new HttpClient();
        return YamlDocuments.Resources(await client.GetStringAsync(new Uri(place), cancellationToken));
    }

    /// <summary>Twice if needed: custom resources are refused until their CRD is established.</summary>
    private static Task Apply(IReadOnlyList<Resource> resources, RunningCluster cluster, CancellationToken cancellationToken) =>
        Eventually.Within(
        TimeSpan.FromSeconds(60),
        async token => await Cli.Wrap("kubectl")
            .WithArguments(
            [
                "--kubeconfig", cluster.Context.ConfigFile, "--context", cluster.Context.Name,
                "apply", "--server-side", "--force-conflicts", "-f", "-",
            ])
            .WithStandardInputPipe(PipeSource.FromString(string.Join('\n', resources.Select(resource => resource.Document.ToJsonString()))))
            .ExecuteBufferedAsync(token),
        "the API server takes the manifests",
        cancellationToken);

    /// <summary>The same as `flux reconcile source git`; otherwise the source is only fetched after its interval.</summary>
    /// <returns>The id of this request, which Flux copies into the source's status.</returns>
    private static async Task<string> Fetch(ResourceAddress source, KubernetesApi api, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("o", CultureInfo.InvariantCulture);
        var asked = new JsonObject { ["annotations"] = new JsonObject { ["reconcile.fluxcd.io/requestedAt"] = now } };
        await api.Patch(source, new JsonObject { ["metadata"] = asked }, cancellationToken);
        return now;
    }

    private static Task Fetched(string commit, ResourceAddress source, KubernetesApi api, CancellationToken cancellationToken) =>
        Eventually.Within(
            TimeSpan.FromSeconds(180),
            async token => ((await api.Get(source, token))?.Text("status.artifact.revision") ?? "nothing")
                .ShouldEndWith(":" + commit, customMessage: "the revision that Flux has"),
            "Flux fetches the tree",
            cancellationToken);

    /// <summary>
    /// The cluster's own Kustomization first: once it is at the commit, the others are the commit's. A Kustomization with dependencies
    /// checks them every half minute. Ready alone proves nothing: it may refer to the previous commit.
    /// </summary>
    private static Task Reconciled(
        string commit, RenderedCluster tree, RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken) =>
        Eventually.Within(
            TimeSpan.FromSeconds(300),
            async token =>
            {
                var own = $"cluster-{cluster.Shape.Role}";
                var all = await api.List(ResourceKind.FluxKustomization, "flux-system", null, token);
                foreach (var kustomization in all.OrderBy(each => each.Name, StringComparer.Ordinal)
                    .Where(each => each.Name == own || each.Name.StartsWith(own + "-", StringComparison.Ordinal)))
                {
                    NotAt(commit, kustomization).ShouldBeNull();
                }

                var release = await api.Get(ResourceKind.HelmRelease.Named(tree.Release.Name, tree.Release.Namespace), token);
                release.ShouldNotBeNull("the HelmRelease is not there");
                Conditions.Holds(release, "Ready").ShouldBeTrue(Conditions.Say(release, "Ready"));
            },
            "Flux reconciles the tree from its source",
            cancellationToken);

    /// <summary>Why the Kustomization is not at the commit yet; null if it is.</summary>
    internal static string? NotAt(string commit, Resource kustomization) =>
        kustomization.Text("metadata.deletionTimestamp") is not null ? $"{kustomization} is being deleted"
        : kustomization.Number("status.observedGeneration") != kustomization.Number("metadata.generation")
            ? $"{kustomization} has not seen its change"
        : !Conditions.Holds(kustomization, "Ready") ? Conditions.Say(kustomization, "Ready")
        : kustomization.Text("status.lastAppliedRevision") is { } revision && revision.EndsWith(":" + commit, StringComparison.Ordinal)
            ? null
        : $"{kustomization} is at {kustomization.Text("status.lastAppliedRevision") ?? "nothing"}, not at {commit}";
}

public sealed class FluxDeliveryTests
{
    [TestCase(false, "--storage-adv-addr=$(SOURCE_CONTROLLER_SERVICE_HOST)")]
    [TestCase(true, "--storage-adv-addr=[$(SOURCE_CONTROLLER_SERVICE_HOST)]")]
    public void Source_controller_needs_no_cluster_dns(bool isIPv6, string address)
    {
        const string Manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: source-controller, namespace: flux-system }
            spec:
              template:
                spec:
                  containers:
                    - name: manager
                      args: [--events-addr=, --storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.]
                      env: [{ name: RUNTIME_NAMESPACE, value: x }]
            """;
        var pod = FluxDelivery.WithoutDns(YamlDocuments.Resources(Manifest), isIPv6).Single().Part("spec.template.spec")!;
        pod.Text("dnsPolicy").ShouldBe("Default");
        pod.Texts("containers[0].args").ShouldBe(["--events-addr=", address]);
    }

    [TestCase(null)]
    [TestCase("teams/dns")]
    public void Each_path_of_a_Kustomization_is_a_folder_of_the_repository(string? folder)
    {
        var sample = StorySample.Tree.Platform;
        var platform = sample with { Repository = sample.Repository with { Folder = folder } };
        var files = FluxDelivery.Files(platform).Select(file => file.Path).ToList();

        var paths = RenderedCluster.From(DefinedTree.Generated(platform, null), StorySample.Cluster).Flux
            .Where(resource => resource.Is(ResourceKind.FluxKustomization)).Select(resource => resource.Text("spec.path")!).ToList();
        paths.ShouldNotBeEmpty();
        paths.ShouldAllBe(path => files.Any(file => $"./{file}".StartsWith($"{path}/", StringComparison.Ordinal)));
    }

    [TestCase(2, "True", "main@sha1:abc", null)]
    [TestCase(2, "True", "main@sha1:0ld", "Kustomization flux-system/cluster-infra is at main@sha1:0ld, not at abc")]
    [TestCase(1, "True", "main@sha1:abc", "Kustomization flux-system/cluster-infra has not seen its change")]
    [TestCase(2, "Unknown", "main@sha1:abc",
        "Kustomization flux-system/cluster-infra: Ready=Unknown Progressing Reconciliation in progress")]
    public void Ready_with_the_commit_before_is_not_delivered(int observed, string ready, string revision, string? why)
    {
        var manifest = $$"""
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: { name: cluster-infra, namespace: flux-system, generation: 2 }
            status:
              observedGeneration: {{observed}}
              lastAppliedRevision: {{revision}}
              conditions: [{ type: Ready, status: "{{ready}}", reason: Progressing, message: Reconciliation in progress }]
            """;
        FluxDelivery.NotAt("abc", YamlDocuments.Resources(manifest).Single()).ShouldBe(why);
    }

    [Test]
    public void A_Kustomization_that_is_being_deleted_is_waited_for()
    {
        const string Manifest = """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: { name: cluster-infra, namespace: flux-system, deletionTimestamp: 2026-01-01T00:00:00Z }
            """;
        FluxDelivery.NotAt("abc", YamlDocuments.Resources(Manifest).Single())
            .ShouldBe("Kustomization flux-system/cluster-infra is being deleted");
    }
}
