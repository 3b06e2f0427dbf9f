using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient.Pods;

/// <summary>Which part of a container's log to read.</summary>
public sealed record LogQuery
{
    public string? Container { get; init; }

    /// <summary>The container before the last restart.</summary>
    public bool Previous { get; init; }

    public TimeSpan? Since { get; init; }
    public int? TailLines { get; init; }
    public bool Timestamps { get; init; }

    internal string ToQuery() => new QueryText()
        .Add("container", Container)
        .Add("previous", Previous)
        .Add("sinceSeconds", Since is { } since ? Math.Max(1, (int)since.TotalSeconds) : null)
        .Add("tailLines", TailLines)
        .Add("timestamps", Timestamps)
        .ToString();
}
