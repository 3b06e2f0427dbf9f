namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Another run of the suite works in this cluster.</summary>
public sealed class ClusterInUseException(string message) : Exception(message);

/// <summary>
/// The right of one run to work in a cluster that existed before: a Lease in the namespace of the client pods, which the run renews. Two
/// runs would remove each other's objects, and each would see the other's disruptions.
/// </summary>
public sealed class ClusterClaim : IAsyncDisposable
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly KubernetesApi api;
    private readonly string session;
    private readonly CancellationTokenSource ended = new();
    private readonly Task renewing;

    private ClusterClaim(KubernetesApi api, string session)
    {
        this.api = api;
        this.session = session;
        renewing = Renew();
    }

    public static ResourceAddress Lease { get; } = ResourceKind.Lease.Named("acceptance-run", ClientPods.Namespace);

    /// <summary>Null if the user may not write the Lease, as one that may only read: such a run looks, and makes nothing.</summary>
    /// <exception cref="ClusterInUseException">Another run has it.</exception>
    public static async Task<ClusterClaim?> TryTake(KubernetesApi api, string session, CancellationToken cancellationToken)
    {
        try
        {
            return await Take(api, session, Patience, cancellationToken);
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.Forbidden)
        {
            await TestContext.Progress.WriteLineAsync($"acceptance: the user of the context may not write {Lease} ({exception.Message}). "
                + "Checks that need client pods fail, and nothing is removed at the end.");
            return null;
        }
    }

    /// <param name="patience">How long a Lease may stay as it is while its holder lives.</param>
    internal static async Task<ClusterClaim> Take(
        KubernetesApi api, string session, TimeSpan patience, CancellationToken cancellationToken)
    {
        await NobodyHasIt(api, session, patience, cancellationToken);
        // The run before may just have deleted its objects.
        if (await IsGoing(cancellationToken))
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(120),
                async token => (await IsGoing(token)).ShouldBeFalse(),
                $"the namespace {Lease.Namespace} of an earlier run is gone",
                cancellationToken);
        }

        await api.ApplyNamespace(Lease.Namespace!, cancellationToken);
        await Write(api, session, cancellationToken);
        return new ClusterClaim(api, session);

        async Task<bool> IsGoing(CancellationToken token) =>
            (await api.Get(ResourceKind.Namespace.Named(Lease.Namespace!), token))?.Text("metadata.deletionTimestamp") is not null;
    }

    /// <summary>True unless another run has taken the cluster, because this one could not renew its Lease.</summary>
    public async Task<bool> IsHeld(CancellationToken cancellationToken) =>
        (await api.Get(Lease, cancellationToken))?.Text("spec.holderIdentity") == session;

    /// <summary>Ends the renewal; the Lease stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await renewing;
        ended.Dispose();
    }

    /// <summary>The clocks of two machines differ: a holder lives if the Lease changes while it is watched.</summary>
    private static async Task NobodyHasIt(KubernetesApi api, string session, TimeSpan patience, CancellationToken cancellationToken)
    {
        string? seen = null;
        await foreach (var _ in Pace.Every(BetweenLooks, patience, TimeProvider.System, cancellationToken))
        {
            if (await api.Get(Lease, cancellationToken) is not { } lease || lease.Text("spec.holderIdentity") is not { } holder
                || holder == session)
            {
                return;
            }

            if (seen is null)
            {
                await TestContext.Progress.WriteLineAsync(
                    $"acceptance: {Lease} is of the run {holder}; waiting {patience.TotalSeconds:0} s to see whether that run goes on");
            }
            else if (seen != lease.Text("spec.renewTime"))
            {
                throw new ClusterInUseException(
                    $"Another run of the suite ({holder}) works in this cluster: it renews {Lease}. Wait until it ends.");
            }

            seen = lease.Text("spec.renewTime") ?? "";
        }
    }

    private static Task Write(KubernetesApi api, string session, CancellationToken cancellationToken)
    {
        var spec = new JsonObject
        {
            ["holderIdentity"] = session,
            ["leaseDurationSeconds"] = (int)Patience.TotalSeconds,
            ["renewTime"] = Now(),
        };
        return api.Apply(
            Lease.Kind, new Resource(Pods.Manifest(Lease.Kind.Kind, Lease.Name, Lease.Namespace, spec, Lease.Kind.ApiVersion)),
            cancellationToken);
    }

    private static string Now() =>
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    private async Task Renew()
    {
        try
        {
            await foreach (var turn in Pace.Every(Renewal, TimeSpan.MaxValue, TimeProvider.System, ended.Token))
            {
                try
                {
                    if (turn > 0 && await api.Get(Lease, ended.Token) is { } lease && lease.Text("spec.holderIdentity") == session)
                    {
                        // With the version that was read: another run may take the Lease between the two requests.
                        var version = new JsonObject { ["resourceVersion"] = lease.Text("metadata.resourceVersion") };
                        await api.Patch(
                            Lease, new JsonObject { ["metadata"] = version, ["spec"] = new JsonObject { ["renewTime"] = Now() } },
                            ended.Token);
                    }
                }
                catch (KubernetesApiException)
                {
                    // A disruption, or a connection that breaks: the next turn tries again, and two may fail.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }
}
