namespace PlatformGitOps.Controller.Running;

/// <summary>Endpoints by the time their next probe is due. Moving one adds a new entry and leaves the old one to be skipped.</summary>
internal sealed class ProbeQueue
{
    private readonly PriorityQueue<(TrackedEndpoint Endpoint, long Ticket), TimeSpan> _queue = new();
    private long _tickets;

    public void Schedule(TrackedEndpoint endpoint, TimeSpan due)
    {
        endpoint.Due = due;
        endpoint.Ticket = ++_tickets;
        _queue.Enqueue((endpoint, endpoint.Ticket), due);
    }

    public TrackedEndpoint? TakeDue(TimeSpan now)
    {
        while (_queue.TryPeek(out var entry, out var due) && (due <= now || IsStale(entry)))
        {
            _queue.Dequeue();
            if (!IsStale(entry))
            {
                return entry.Endpoint;
            }
        }

        return null;
    }

    public TimeSpan? NextDue => _queue.TryPeek(out _, out var due) ? due : null;

    public void Clear() => _queue.Clear();

    private static bool IsStale((TrackedEndpoint Endpoint, long Ticket) entry) =>
        entry.Endpoint.Removed || entry.Endpoint.Ticket != entry.Ticket;
}
