using System.Text.Json.Serialization;
using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient.Objects;

/// <summary>A core/v1 Event, the form <c>kubectl describe</c> reads.</summary>
public sealed record Event : IKubeObject
{
    public string ApiVersion { get => field ?? "v1"; init; }
    public string Kind { get => field ?? "Event"; init; }
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public ObjectReference InvolvedObject { get => field ?? new(); init; }
    public string? Type { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? Action { get; init; }
    public int? Count { get; init; }
    public DateTimeOffset? FirstTimestamp { get; init; }
    public DateTimeOffset? LastTimestamp { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    [JsonPropertyName("reportingComponent")]
    public string? ReportingController { get; init; }

    public string? ReportingInstance { get; init; }
}
