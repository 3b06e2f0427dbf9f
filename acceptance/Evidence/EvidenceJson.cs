using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The run for machines: everything but the questions one by one.</summary>
public static class EvidenceJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        // Read by programs and people, not put into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(Run run) => JsonSerializer.Serialize(run, Options) + "\n";
}
