using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>The clusters of a run, each created and delivered to on first use.</summary>
public static class LiveClusters
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<LiveCluster>>> Clusters = new();
    private static readonly ContainerEngine Engine = new();

    /// <summary>kind creates one cluster at a time.</summary>
    private static readonly SemaphoreSlim Making = new(1);

    /// <summary>The cluster of this role; skips the test if the machine cannot have one.</summary>
    public static async Task<LiveCluster> Get(string role, CancellationToken cancellationToken)
    {
        if (RunStop.Token.IsCancellationRequested)
        {
            Assert.Ignore("the run was stopped with Ctrl-C");
        }

        var machine = await MachineCapabilities.Report(cancellationToken);
        if (machine.Clusters == ClusterChoice.None)
        {
            Assert.Ignore($"no cluster: {machine.WhyNone}");
        }

        return await Clusters.GetOrAdd(role, name => new Lazy<Task<LiveCluster>>(() => Bring(name, machine.Clusters)))
            .Value.WaitAsync(cancellationToken);
    }

    /// <summary>The cluster of this role if it was created, for diagnostics after a failed test.</summary>
    public static LiveCluster? Running(string role) =>
        Clusters.TryGetValue(role, out var bringing) && bringing.IsValueCreated
            && bringing.Value.IsCompletedSuccessfully ? bringing.Value.Result : null;

    /// <summary>The clusters that tests requested.</summary>
    public static IReadOnlyList<string> Asked => [.. Repository.Roles.Where(Clusters.ContainsKey)];

    /// <summary>The requested clusters that were created.</summary>
    public static IReadOnlyList<string> Up => [.. Asked.Where(role => Running(role) is not null)];

    /// <summary>Waits until no cluster is being created: that would disturb measurements on others.</summary>
    public static Task NoneIsBeingMade(CancellationToken cancellationToken) => Task.WhenAll(
        Clusters.Values.Where(bringing => bringing.IsValueCreated)
            .Select(async bringing => await ((Task)bringing.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)))
        .WaitAsync(cancellationToken);

    /// <summary>Removes the clusters that the run created, unless they are kept for diagnostics or the next run.</summary>
    public static async Task Release(bool red, CancellationToken cancellationToken)
    {
        List<Exception> failures = [];
        foreach (var bringing in Clusters.Values.Where(bringing => bringing.IsValueCreated && bringing.Value.IsCompletedSuccessfully))
        {
            try
            {
                await Release(await bringing.Value, red, cancellationToken);
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private static async Task Release(LiveCluster live, bool red, CancellationToken cancellationToken)
    {
        var settings = SuiteSettings.Current;
        try
        {
            if (live.Claim is { } claim)
            {
                await GiveBack(live, claim, cancellationToken);
            }
        }
        finally
        {
            DefinedInstances.Stop(live.Role);
            live.Api.Dispose();
            if (settings.KeepClusters || (red && settings.KeepOnFailure))
            {
                (await RunSession.Current).Session.Keep(live.Cluster.Name);
            }
            else
            {
                await Provider(
                    settings.Cluster == ClusterChoice.Auto
                        ? (await MachineCapabilities.Report(cancellationToken)).Clusters : settings.Cluster)
                    .Release(live.Cluster, cancellationToken);
            }
        }
    }

    /// <summary>Removes the run's objects from a cluster of others, unless another run uses them now, or they are kept.</summary>
    private static async Task GiveBack(LiveCluster live, ClusterClaim claim, CancellationToken cancellationToken)
    {
        await claim.DisposeAsync();
        if (await claim.IsHeld(cancellationToken))
        {
            await (SuiteSettings.Current.KeepClusters
                ? live.Api.Delete(ClusterClaim.Lease, null, cancellationToken) : ClientNamespaces.Remove(live, cancellationToken));
        }
    }

    /// <summary>A cluster of others is noted first, so that what a killed run has made there is removed too.</summary>
    private static async Task<ClusterClaim?> Claim(RunningCluster cluster, KubernetesApi api, CancellationToken cancellationToken)
    {
        var session = (await RunSession.Current).Session;
        if (!SuiteSettings.Current.KeepClusters)
        {
            var monitoring = RenderedCluster.From(Repository.Tree, cluster.Shape.Role).Settings["MONITORING_NAMESPACE"];
            session.WillMakeObjects(new Reaper.ForeignObjects(
                Path.GetFullPath(cluster.Context.ConfigFile), cluster.Context.Name, ClusterClaim.Lease.Path,
                [.. ClientNamespaces.Objects(monitoring).Select(address => address.Path)]));
        }

        return await ClusterClaim.TryTake(api, session.Id, cancellationToken);
    }

    private static async Task<LiveCluster> Bring(string role, ClusterChoice choice)
    {
        await Making.WaitAsync(CancellationToken.None);
        try
        {
            return await Make(role, choice);
        }
        finally
        {
            Making.Release();
        }
    }

    private static async Task<LiveCluster> Make(string role, ClusterChoice choice)
    {
        // Not the token of the first test: others wait for the same cluster.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(10) * SuiteSettings.Current.BudgetScale, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, RunStop.Token);
        var started = TimeProvider.System.GetTimestamp();
        var secrets = UserSecrets.OfTheSetting();
        var cluster = await Provider(choice).Provide(Shape(role), limit.Token);
        Report(cluster.Made ? $"{role}: cluster made, nodes ready" : $"{role}: cluster found, nodes ready", started);
        var api = KubernetesApi.Connect(cluster.Context);
        var claim = choice == ClusterChoice.Existing ? await Claim(cluster, api, limit.Token) : null;
        var nodes = await api.List(ResourceKind.Node, null, null, limit.Token);
        var delivery = Delivery();
        // A cluster to which an earlier run delivered has that run's definition, any other cluster the committed one.
        var ours = delivery is not null || await UpstreamDns.Exists(api, TestPlatform.UpstreamAddress(role).ToString(), limit.Token);
        var platform = ours ? TestPlatform.For(role, TestPlatform.NodeRange(nodes)) : Repository.Platform;
        platform = delivery is null ? platform : await delivery.Adapt(platform, cluster, api, limit.Token);
        platform = ours ? await DefinedInstances.Served(platform, cluster, Engine, api, limit.Token) : platform;
        var tree = RenderedCluster.From(ours ? DefinedTree.Generated(platform, Repository.Tree.VersionDrift) : Repository.Tree, role);
        if (delivery is not null)
        {
            await Supply(cluster, api, tree, platform.ClusterNamed(role), secrets, limit.Token);
            await delivery.Deliver(platform, tree, cluster, api, limit.Token);
        }

        await Rollout.Done(
            api, Rollout.CoreDns,
            delivery is null ? $"CoreDNS runs in {cluster.Name}" : $"CoreDNS comes up in {cluster.Name} after the delivery",
            TimeSpan.FromSeconds(120), limit.Token);
        Report($"{role}: CoreDNS available", started);
        return new LiveCluster
        {
            Cluster = cluster,
            Api = api,
            Engine = Engine,
            Platform = platform,
            Tree = tree,
            Delivery = delivery,
            HasUpstream = ours,
            Claim = claim,
            MayDisrupt = SuiteSettings.Current.MayDisrupt ?? (choice != ClusterChoice.Existing && delivery is not null),
        };
    }

    /// <summary>Supplies what the delivered objects need: images, Secrets, and upstream servers.</summary>
    private static async Task Supply(
        RunningCluster cluster, KubernetesApi api, RenderedCluster tree, Cluster defined, IReadOnlyList<Resource> secrets,
        CancellationToken cancellationToken)
    {
        // Loads images from this machine into the nodes, which pull the others.
        foreach (var image in Delivered.Of(new FluxTree(tree.Defined.Source).Cluster(defined.Name.Text, strict: false))
            .Where(delivered => delivered.Kind == Delivered.Image).Select(delivered => delivered.Reference).Distinct())
        {
            await ProberImage.TryBring(cluster, Engine, image, cancellationToken);
        }

        await UserSecrets.Create([.. secrets, .. UserSecrets.ForTheSuite(secrets, defined.Workloads)], api, cancellationToken);
        await UpstreamDns.Install(api, defined.Dns, defined.Workloads, cancellationToken);
        await StubServer.Install(api, defined.Dns, defined.Workloads, cancellationToken);
        if (defined.Substrate is { } substrate)
        {
            await TestSubstrate.Install(api, substrate, defined.Workloads, cancellationToken);
        }
    }

    private static IClusterProvider Provider(ClusterChoice choice) => choice switch
    {
        ClusterChoice.Kind => new KindProvider(Engine, SuiteSettings.Current),
        ClusterChoice.K3s => new K3sProvider(Engine, SuiteSettings.Current),
        _ => new ExistingProvider(SuiteSettings.Current, Repository.Platform),
    };

    private static IDelivery? Delivery() => SuiteSettings.Current.Delivery switch
    {
        DeliveryChoice.None => null,
        DeliveryChoice.Flux => new FluxDelivery(SuiteSettings.Current),
        _ => new HelmDelivery(SuiteSettings.Current),
    };

    private static ClusterShape Shape(string role)
    {
        // With the delivered policies, which decide how the Service's address is translated.
        var cluster = Repository.Platform.ClusterNamed(role) with
        {
            NetworkPolicy = SuiteSettings.Current.NetworkPolicy,
        };
        return new ClusterShape(
            role, Both(cluster.Pods, cluster.Second?.Pods), Both(cluster.Services, cluster.Second?.Services),
            cluster.Dns.ClusterIP.ToString(), cluster.Domain.ToString())
        {
            KubeProxy = cluster.KubeProxy,
            CacheAddress = NodeLocalDnsSettings.WayIn(cluster) == NodeLocalDnsWay.OwnAddress
                ? NodeLocalDnsSettings.Listens(cluster).FirstOrDefault()?.ToString() : null,
            PodMetrics = cluster.Dns.Autoscaling is Autoscaling.Horizontal,
        };

        static string Both(Cidr first, Cidr? second) => string.Join(',', new[] { first, second }.OfType<Cidr>());
    }

    private static void Report(string what, long started)
    {
        var after = $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s";
        TestContext.Progress.WriteLine($"acceptance: {what} after {after}");
        EvidenceLog.Fact(what, $"after {after}");
    }
}
