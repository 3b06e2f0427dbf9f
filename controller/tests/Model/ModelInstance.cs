using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>The outcome of a request.</summary>
internal enum RequestOutcome
{
    Answered,
    Refused,
    Lost,
    LostAfterwards,
}

/// <summary>An instance and its requests, which are executed and answered when the cluster says so.</summary>
internal sealed class ModelInstance : IObjectApi
{
    private readonly ModelCluster _cluster;
    private readonly Dictionary<string, V1Pod> _firstSeen;

    public ModelInstance(ModelCluster cluster, ManualTime time, GuardOptions guards)
    {
        _cluster = cluster;
        _firstSeen = cluster.Pods.ToDictionary();
        var telemetry = new Telemetry(Metrics, null, NullLogger.Instance);
        var writer = new ChangeWriter(new Applier(this, () => !IsDead, time), telemetry, time);
        Reconciler = new Reconciler(new ControllerOptions { Guards = guards }, cluster, writer, this, telemetry, time, 0);
    }

    public Reconciler Reconciler { get; }

    public ControllerMetrics Metrics { get; } = new();

    public Queue<Action<RequestOutcome>> Requests { get; } = new();

    public Dictionary<string, TimeSpan> WrittenAt { get; } = new(StringComparer.Ordinal);

    public bool IsDead { get; set; }

    /// <summary>During a removal, other clients keep the pods that it relies on.</summary>
    public bool IsWriting => Requests.Count > 0;

    public void RunPass()
    {
        if (!IsDead)
        {
            Reconciler.RunPass(() => true, () => true, CancellationToken.None);
            Metrics.InternalErrors.Value(("component", "loop")).ShouldBe(0, "an exception in the loop");
        }
    }

    public Task<V1Pod?> FindPodAsync(ObjectName name, CancellationToken cancellationToken) => Ask(() =>
        _cluster.Planted == PlantedFault.BlindReads && _firstSeen.TryGetValue(name.Name, out var seen)
            ? seen
            : _cluster.Pods.GetValueOrDefault(name.Name));

    public Task<V1Pod> PatchPodAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) =>
        Ask(() => _cluster.Patch(this, name, patch));

    public Task<V1Pod> PatchPodStatusAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) =>
        Ask(() => _cluster.Patch(this, name, patch));

    public Task<V1EndpointSlice> CreateSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<V1EndpointSlice> PatchSliceAsync(ObjectName name, V1Patch patch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IList<V1EndpointSlice>> ListSlicesAsync(ObjectName service, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<V1EndpointSlice?> FindSliceAsync(ObjectName name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task DeleteSliceAsync(V1EndpointSlice slice, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<V1LabelSelector?> FindSelectorAsync(string kind, ObjectName name, CancellationToken cancellationToken) =>
        Task.FromResult<V1LabelSelector?>(null);

    private Task<T> Ask<T>(Func<T> carryOut)
    {
        // Continuations run synchronously within the step, so that steps have an order.
        var answer = new TaskCompletionSource<T>();
        Requests.Enqueue(outcome =>
        {
            try
            {
                var result = outcome is RequestOutcome.Answered or RequestOutcome.LostAfterwards ? carryOut() : default;
                switch (outcome)
                {
                    case RequestOutcome.Answered:
                        answer.SetResult(result!);
                        break;
                    case RequestOutcome.Refused:
                        answer.SetException(new ApiException(HttpStatusCode.TooManyRequests, "later"));
                        break;
                    default:
                        answer.SetException(new TimeoutException("no answer"));
                        break;
                }
            }
            catch (ApiException e)
            {
                answer.SetException(e);
            }
        });
        return answer.Task;
    }
}
