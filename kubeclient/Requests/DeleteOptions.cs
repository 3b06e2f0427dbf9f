using System.Text.Json.Nodes;

namespace PlatformGitOps.KubeClient.Requests;

public sealed record DeleteOptions
{
    public Propagation Propagation { get; init; } = Propagation.Background;

    /// <summary>Zero kills at once.</summary>
    public int? GracePeriodSeconds { get; init; }

    /// <summary>Delete only the object with this uid, not a namesake that was made since.</summary>
    public string? Uid { get; init; }

    internal JsonObject ToJson()
    {
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["propagationPolicy"] = Propagation.ToString(),
        };
        if (GracePeriodSeconds is { } seconds)
        {
            body["gracePeriodSeconds"] = seconds;
        }

        if (Uid is not null)
        {
            body["preconditions"] = new JsonObject { ["uid"] = Uid };
        }

        return body;
    }
}
