using System.Collections.Concurrent;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// Checks whether the ReplicaSet, StatefulSet or DaemonSet of a pod selects the serve label: it would then start a new pod for each one
/// that loses the label, endlessly. Each owner is read once.
/// </summary>
/// <param name="api">Reads the owner.</param>
/// <param name="isReading">False on a standby, which does not need the owners.</param>
/// <param name="known">Called with the owner's uid, on any thread, after reading it.</param>
/// <param name="metrics">The metric of unexpected errors.</param>
/// <param name="log">The log.</param>
internal sealed class OwnerSelectors(IObjectApi api, Func<bool> isReading, Action<string> known, ControllerMetrics metrics, ILogger log)
{
    private static readonly HashSet<string> Kinds = ["ReplicaSet", "StatefulSet", "DaemonSet"];

    private readonly ConcurrentDictionary<string, Answer> _answers = new(StringComparer.Ordinal);

    /// <summary>Why the endpoint's pod must keep its serve label; null if it need not, or if no label is used.</summary>
    public string? Refusal(TrackedEndpoint endpoint) =>
        endpoint is { Removal.Mechanism: { Method: RemovalMethod.ServeLabel, Label: var label }, Endpoint.Pod: { } pod }
            ? Refusal(pod, label)
            : null;

    private string? Refusal(V1Pod pod, string label)
    {
        if (OwnerOf(pod) is not { } owner || !Kinds.Contains(owner.Kind))
        {
            return null;
        }

        var answer = _answers.GetValueOrDefault(owner.Uid);
        if (answer is null && isReading())
        {
            _answers[owner.Uid] = new Answer(null, "is being read");
            _ = ReadAsync(owner, new ObjectName(pod.Metadata.NamespaceProperty, owner.Name));
        }

        return Refusal(owner, answer, label);
    }

    /// <summary>The same for one pod, read at once; for a command that runs once.</summary>
    public static async Task<string?> ReadAsync(IObjectApi api, RemovalState removal, CancellationToken cancellationToken)
    {
        if (removal is not { Mechanism.Method: RemovalMethod.ServeLabel, Pod.Pod: var pod }
            || OwnerOf(pod) is not { } owner || !Kinds.Contains(owner.Kind))
        {
            return null;
        }

        var name = new ObjectName(pod.Metadata.NamespaceProperty, owner.Name);
        var selector = await api.FindSelectorAsync(owner.Kind, name, cancellationToken);
        return Refusal(owner, Answer.Of(selector), removal.Mechanism.Label);
    }

    public static V1OwnerReference? OwnerOf(V1Pod? pod) => pod?.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);

    /// <summary>Retries owners that could not be read, and forgets those of deleted pods.</summary>
    public void Forget(IEnumerable<V1Pod> pods)
    {
        var living = pods.SelectMany(pod => pod.Metadata.OwnerReferences ?? []).Select(owner => owner.Uid)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (uid, answer) in _answers.ToArray())
        {
            if (!living.Contains(uid) || answer.HasFailed)
            {
                _answers.TryRemove(uid, out _);
            }
        }
    }

    private async Task ReadAsync(V1OwnerReference owner, ObjectName name)
    {
        Answer answer;
        try
        {
            var selector = await api.FindSelectorAsync(owner.Kind, name, CancellationToken.None);
            answer = Answer.Of(selector);
        }
        catch (Exception e)
        {
            // Catches all exceptions of a read: pods of an unknown owner keep their label.
            answer = new Answer(null, $"cannot be read: {e.Message}", HasFailed: true);
            Log.OwnerUnread(log, owner.Kind, name, e.Message);
            if (e is not (ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException))
            {
                metrics.InternalErrors.Increment(("component", "owner"));
            }
        }

        _answers[owner.Uid] = answer;
        known(owner.Uid);
    }

    private static string? Refusal(V1OwnerReference owner, Answer? answer, string label) => answer switch
    {
        { Keys: { } keys } => keys.Contains(label)
            ? $"{owner.Kind} {owner.Name} selects the label {label} and would start another pod: take it out of the selector"
            : null,
        _ => $"{owner.Kind} {owner.Name}, which might start another pod, {answer?.Problem ?? "is not read yet"}",
    };

    private sealed record Answer(HashSet<string>? Keys, string? Problem, bool HasFailed = false)
    {
        /// <summary>A deleted owner starts no new pods.</summary>
        public static Answer Of(V1LabelSelector? selector) => new(
            [.. selector?.MatchLabels?.Keys ?? [], .. (selector?.MatchExpressions ?? []).Select(term => term.Key)], null);
    }
}
