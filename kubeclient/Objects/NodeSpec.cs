using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Objects;

public sealed record NodeSpec
{
    public bool? Unschedulable { get; init; }

    [JsonPropertyName("podCIDR")]
    public string? PodCidr { get; init; }
}
