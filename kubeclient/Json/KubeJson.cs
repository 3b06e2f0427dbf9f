using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.KubeClient.Json;

/// <summary>The one serializer definition: camelCase, nulls left out, times as the API server writes them.</summary>
/// <remarks>
/// Generated readers pass init members like constructor arguments, so a property initializer is overwritten with null when the
/// JSON lacks the member (dotnet/runtime#84484); the records therefore keep their defaults in the getter.
/// </remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(EndpointSlice))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(StatusBody))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(ExecCredentialBody))]
internal sealed partial class KubeJson : JsonSerializerContext;
