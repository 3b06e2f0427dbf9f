using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Objects;

public sealed record ServiceSpec
{
    public string? Type { get; init; }

    // Without a name of its own it would become clusterIp; the API writes clusterIP.
    [JsonPropertyName("clusterIP")]
    public string? ClusterIP { get; init; }

    public IReadOnlyDictionary<string, string>? Selector { get; init; }
    public IReadOnlyList<ServicePort>? Ports { get; init; }
    public bool? PublishNotReadyAddresses { get; init; }
}
