namespace PlatformGitOps.KubeClient.Requests;

/// <summary>What to list and how.</summary>
public sealed record ListQuery
{
    public static ListQuery All { get; } = new();

    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }

    /// <summary>Objects on one page; the API server holds a consistent snapshot over all pages of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>"0" lets the server answer from its cache, which is what a list that a watch follows wants at a start.</summary>
    public string? ResourceVersion { get; init; }

    internal string ToQuery(string? continueToken) => new QueryText()
        .Add("labelSelector", LabelSelector)
        .Add("fieldSelector", FieldSelector)
        .Add("limit", PageSize > 0 ? PageSize : null)
        .Add("resourceVersion", continueToken is null ? ResourceVersion : null)
        .Add("continue", continueToken)
        .ToString();
}
