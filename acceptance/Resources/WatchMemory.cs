using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>What a watcher knows, so that a watch that starts again reports every change once.</summary>
public static class WatchMemory
{
    /// <summary>The changes that lead from what is known to what there is now; the memory is brought up to date.</summary>
    public static IReadOnlyList<ResourceChange> Differences(Dictionary<string, Resource> known, IReadOnlyList<Resource> now)
    {
        var present = now.Select(resource => resource.Uid).ToHashSet();
        var gone = known.Values.Where(resource => !present.Contains(resource.Uid))
            .Select(resource => new ResourceChange(ResourceChangeKind.Deleted, resource));
        var seen = now.Where(resource => !known.TryGetValue(resource.Uid, out var before) || Version(before) != Version(resource))
            .Select(resource => new ResourceChange(
                known.ContainsKey(resource.Uid) ? ResourceChangeKind.Modified : ResourceChangeKind.Added, resource));
        List<ResourceChange> changes = [.. gone, .. seen];
        changes.ForEach(change => Remember(known, change));
        return changes;
    }

    /// <summary>False where the change says nothing new.</summary>
    public static bool Remember(Dictionary<string, Resource> known, ResourceChange change)
    {
        if (change.Kind == ResourceChangeKind.Deleted)
        {
            return known.Remove(change.Resource.Uid);
        }

        var isNew = !known.TryGetValue(change.Resource.Uid, out var before) || Version(before) != Version(change.Resource);
        known[change.Resource.Uid] = change.Resource;
        return isNew;
    }

    private static string? Version(Resource resource) => resource.Text("metadata.resourceVersion");
}
