using System.Text.Json.Serialization;

namespace PlatformGitOps.Prober.Commands;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResolveAnswer))]
[JsonSerializable(typeof(HttpReply))]
[JsonSerializable(typeof(ConnectReply))]
[JsonSerializable(typeof(UpstreamLine))]
[JsonSerializable(typeof(EndpointLine))]
[JsonSerializable(typeof(FollowLine))]
internal sealed partial class ReplyJson : JsonSerializerContext;
