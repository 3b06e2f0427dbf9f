using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Standard output: whole lines from any thread, flushed at once, so that the log of a killed pod is complete.</summary>
internal static class Output
{
    private static readonly Lock Writing = new();

    public static void Write<T>(T line, JsonTypeInfo<T> type) => Write(JsonSerializer.Serialize(line, type));

    public static void Write(string line)
    {
        lock (Writing)
        {
            Console.Out.WriteLine(line);
        }
    }
}

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
