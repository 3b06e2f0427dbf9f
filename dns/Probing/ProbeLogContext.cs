using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Probing;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeLine))]
internal sealed partial class ProbeLogContext : JsonSerializerContext;
