using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Cluster;

/// <summary>A change of the set of objects a reflector follows.</summary>
public abstract record Delta<T>
{
    private Delta()
    {
    }

    public sealed record Present(T Item) : Delta<T>;

    public sealed record Absent(ObjectName Name) : Delta<T>;

    /// <summary>The first list is complete.</summary>
    public sealed record Synced : Delta<T>;
}
