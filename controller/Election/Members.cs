namespace PlatformGitOps.Controller.Election;

/// <summary>
/// The instances that hold one Lease together. Each renewal writes an annotation of its own instance with another value, so who sees it
/// change knows that the instance lives, without reading another machine's clock.
/// </summary>
internal sealed class Members(string identity, LeaderElectionOptions options, TimeProvider time)
{
    /// <summary>Before the name of an instance.</summary>
    public const string Prefix = "member.dns.aikernel.io/";

    /// <summary>What a dead instance left is removed by the others.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Heartbeat> _seen = new(StringComparer.Ordinal);
    private long _turn;

    /// <summary>This instance could lead at once.</summary>
    public Func<bool> IsReady { get; init; } = () => true;

    public string OwnKey => Prefix + identity;

    /// <summary>The instances that a shard can be given to: they live, and have done so for a while.</summary>
    public IReadOnlyCollection<string> Steady
    {
        get
        {
            lock (_lock)
            {
                var others = _seen.Where(one => one.Key != identity && IsSteady(one.Value)).Select(one => one.Key);
                return IsReady() ? [identity, .. others] : [.. others];
            }
        }
    }

    /// <summary>The annotations that the next write adds or, where they are null, removes.</summary>
    public IReadOnlyDictionary<string, string?> Note()
    {
        lock (_lock)
        {
            var note = _seen.Where(one => one.Key != identity && time.GetElapsedTime(one.Value.At) >= ForgetAfter)
                .ToDictionary(one => Prefix + one.Key, _ => (string?)null, StringComparer.Ordinal);
            note[OwnKey] = IsReady() ? $"{++_turn}" : null;
            return note;
        }
    }

    /// <summary>Looks at the annotations of a Lease that these instances hold.</summary>
    public void See(IDictionary<string, string>? annotations)
    {
        var now = time.GetTimestamp();
        lock (_lock)
        {
            var present = (annotations ?? new Dictionary<string, string>())
                .Where(one => one.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .ToDictionary(one => one.Key[Prefix.Length..], one => one.Value, StringComparer.Ordinal);
            foreach (var gone in _seen.Keys.Except(present.Keys).ToArray())
            {
                _seen.Remove(gone);
            }

            foreach (var (name, value) in present)
            {
                if (!_seen.TryGetValue(name, out var before))
                {
                    // It may be left from an instance that died: only a change says that it lives.
                    _seen[name] = new Heartbeat(value, now, null);
                }
                else if (before.Value != value)
                {
                    _seen[name] = new Heartbeat(value, now, IsAlive(before) ? before.Since : now);
                }
            }
        }
    }

    /// <summary>Shorter than a Lease lasts: the shards of a dead instance are free after it no longer counts.</summary>
    private bool IsAlive(Heartbeat heartbeat) => heartbeat.Since is not null && time.GetElapsedTime(heartbeat.At) < options.RenewDeadline;

    private bool IsSteady(Heartbeat heartbeat) =>
        IsAlive(heartbeat) && heartbeat.Since is { } since && time.GetElapsedTime(since) >= options.BalanceAfter;

    /// <param name="Value">What the annotation was.</param>
    /// <param name="At">When it was first seen so.</param>
    /// <param name="Since">Since when it has changed without a pause; null while it never did.</param>
    private sealed record Heartbeat(string Value, long At, long? Since);
}
