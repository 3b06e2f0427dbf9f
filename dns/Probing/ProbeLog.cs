using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PlatformGitOps.Dns.Probing;

/// <summary>The log's text form: one JSON object a line. The prober writes it and the loss analysis reads it.</summary>
public static class ProbeLog
{
    private static JsonTypeInfo<ProbeLine> Line => ProbeLogContext.Default.ProbeLine;

    public static string Write(ProbeLine line) => JsonSerializer.Serialize(line, Line);

    /// <summary>Null for a line that is none of ours: a container log may be cut in the middle of its last line.</summary>
    public static ProbeLine? TryRead(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(text, Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
