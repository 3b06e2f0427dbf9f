using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Objects;

public sealed record ContainerPort
{
    public string? Name { get; init; }

    [JsonPropertyName("containerPort")]
    public int Number { get; init; }

    public string? Protocol { get; init; }
}
