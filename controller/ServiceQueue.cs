using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller;

/// <summary>The Services to reconcile: each once, the longest waiting first.</summary>
internal sealed class ServiceQueue
{
    private readonly List<ManagedService> _order = [];
    private readonly HashSet<ManagedService> _waiting = [];

    public bool IsEmpty => _order.Count == 0;

    public void Add(ManagedService service)
    {
        if (_waiting.Add(service))
        {
            _order.Add(service);
        }
    }

    /// <summary>
    /// Those that wait now. One that is added again before its turn is not added twice; one that is added in or after it waits for the next
    /// call.
    /// </summary>
    public IEnumerable<ManagedService> Drain()
    {
        var services = _order.ToArray();
        _order.Clear();
        foreach (var service in services)
        {
            _waiting.Remove(service);
            yield return service;
        }
    }
}
