namespace PlatformGitOps.Controller.Election;

/// <summary>
/// The instances that hold one Lease together. Each renewal changes an annotation of its instance: whoever sees the change knows that the
/// instance is alive, without comparing clocks.
/// </summary>
internal sealed class Members(string identity, LeaderElectionOptions options, TimeProvider time)
{
    /// <summary>The prefix of an instance's annotation.</summary>
    public const string Prefix = "member.dns.aikernel.io/";

    /// <summary>After this time, other instances remove the annotation of a dead one.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Heartbeat> _seen = new(StringComparer.Ordinal);
    private long _renewals;

    /// <summary>True if this instance could lead at once.</summary>
    public Func<bool> IsReady { get; init; } = () => true;

    public string OwnKey => Prefix + identity;

    /// <summary>The instances that can get a shard: they have been alive for a while.</summary>
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

    /// <summary>The annotations that the next write sets, or removes if the value is null.</summary>
    public IReadOnlyDictionary<string, string?> NextAnnotations()
    {
        lock (_lock)
        {
            var note = _seen.Where(one => one.Key != identity && time.GetElapsedTime(one.Value.At) >= ForgetAfter)
                .ToDictionary(one => Prefix + one.Key, _ => (string?)null, StringComparer.Ordinal);
            note[OwnKey] = IsReady() ? $"{++_renewals}" : null;
            return note;
        }
    }

    /// <summary>Reads the annotations of a Lease.</summary>
    public void Observe(IDictionary<string, string>? annotations)
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
                    // It may be from a dead instance: only a change shows that it is alive.
                    _seen[name] = new Heartbeat(value, now, null);
                }
                else if (before.Value != value)
                {
                    _seen[name] = new Heartbeat(value, now, IsAlive(before) ? before.Since : now);
                }
            }
        }
    }

    /// <summary>Shorter than the Lease: a dead instance stops counting before its shards are free.</summary>
    private bool IsAlive(Heartbeat heartbeat) => heartbeat.Since is not null && time.GetElapsedTime(heartbeat.At) < options.RenewDeadline;

    private bool IsSteady(Heartbeat heartbeat) =>
        IsAlive(heartbeat) && heartbeat.Since is { } since && time.GetElapsedTime(since) >= options.BalanceAfter;

    /// <param name="Value">The value of the annotation.</param>
    /// <param name="At">When the value was first seen.</param>
    /// <param name="Since">Since when it has changed regularly; null if it has never changed.</param>
    private sealed record Heartbeat(string Value, long At, long? Since);
}
