namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>The condition did not come to hold in time; the message ends with what was seen last.</summary>
public sealed class NeverHeldException : Exception
{
    public NeverHeldException(string because, TimeSpan waited, IReadOnlyList<Observation> seen, Exception? inner)
        : base(Message(because, waited, seen), inner)
    {
        Because = because;
        Waited = waited;
        Seen = seen;
    }

    public string Because { get; }
    public TimeSpan Waited { get; }

    /// <summary>The different observations in their order; equal ones in a row are counted, not repeated.</summary>
    public IReadOnlyList<Observation> Seen { get; }

    private new static string Message(string because, TimeSpan waited, IReadOnlyList<Observation> seen)
    {
        var last = seen.Count == 0 ? "nothing was observed: the first look did not come back" : seen[^1].ToString();
        var before = seen.Count < 2 ? "" : $"\nbefore that:\n  {string.Join("\n  ", seen.SkipLast(1).TakeLast(8))}";
        return $"waited {waited.TotalSeconds:0.0} s, because {because}\nlast seen: {last}{before}";
    }
}
