using System.Text.Json.Serialization;

namespace PlatformGitOps.KubeClient.Objects;

public sealed record PodStatus
{
    public string? Phase { get; init; }
    public string? Reason { get; init; }

    [JsonPropertyName("podIP")]
    public string? PodIP { get; init; }

    [JsonPropertyName("hostIP")]
    public string? HostIP { get; init; }

    [JsonPropertyName("podIPs")]
    public IReadOnlyList<PodAddress>? PodIPs { get; init; }

    public IReadOnlyList<Condition>? Conditions { get; init; }
    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }

    /// <summary>The status ("True", "False", "Unknown") of a condition; null when the pod does not have it.</summary>
    public string? ConditionStatus(string type) => Conditions?.FirstOrDefault(c => c.Type == type)?.Status;
}
