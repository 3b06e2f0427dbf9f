using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Acceptance.Drift;

/// <summary>
/// Compares a manifest with the object that the API server holds, field by field and both ways. What the server fills in by itself
/// (<see cref="ServerDefaults"/>) is no difference; a label or an annotation that somebody added to the object is none either.
/// </summary>
public static class FieldDrift
{
    private static readonly HashSet<string> NotCompared = ["apiVersion", "kind", "metadata", "status"];

    public static IReadOnlyList<FieldDifference> Of(Resource delivered, Resource running) =>
    [
        .. new[] { "metadata.labels", "metadata.annotations" }.SelectMany(path => Lost(path, delivered.Map(path), running.Map(path))),
        .. Keys(delivered.Document, running.Document).Where(key => !NotCompared.Contains(key))
            .SelectMany(key => Differences(key, delivered.Document[key], running.Document[key], new ServerDefaults(delivered))),
    ];

    private static IEnumerable<FieldDifference> Lost(
        string path, IReadOnlyDictionary<string, string> delivered, IReadOnlyDictionary<string, string> running) =>
        delivered.Where(entry => running.GetValueOrDefault(entry.Key) != entry.Value)
            .Select(entry => new FieldDifference($"{path}[{entry.Key}]", entry.Value, running.GetValueOrDefault(entry.Key)));

    private static IEnumerable<FieldDifference> Differences(string path, JsonNode? delivered, JsonNode? running, ServerDefaults defaults) => (delivered, running) switch
    {
        _ when IsNothing(delivered) && (IsNothing(running) || defaults.Explains(path, running!)) => [],
        (JsonObject or null, JsonObject or null) => Keys(delivered as JsonObject, running as JsonObject)
            .SelectMany(key => Differences($"{path}.{key}", delivered?[key], running?[key], defaults)),
        (JsonArray or null, JsonArray or null) => Enumerable.Range(0, Math.Max(Count(delivered), Count(running)))
            .SelectMany(i => Differences(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), Item(delivered, i), Item(running, i), defaults)),
        (JsonValue, JsonValue) => OfValues(path, Plain(delivered), Plain(running)),
        _ => [new FieldDifference(path, Say(delivered), Say(running))],
    };

    /// <summary>Of long texts the first line that differs; of quantities the amount, because the server writes them its own way.</summary>
    private static IEnumerable<FieldDifference> OfValues(string path, string delivered, string running)
    {
        if (delivered == running
            || (path.Contains(".resources.", StringComparison.Ordinal)
                && Quantity.TryParse(delivered, out var wanted, out _) && Quantity.TryParse(running, out var there, out _) && wanted.Amount == there.Amount))
        {
            yield break;
        }

        var (before, after) = (delivered.Split('\n'), running.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(before.Length, after.Length)).First(i => before.ElementAtOrDefault(i) != after.ElementAtOrDefault(i));
        yield return before.Length == 1 && after.Length == 1
            ? new FieldDifference(path, delivered, running)
            : new FieldDifference(
                string.Create(CultureInfo.InvariantCulture, $"{path} line {line + 1}"), before.ElementAtOrDefault(line)?.Trim(), after.ElementAtOrDefault(line)?.Trim());
    }

    private static IEnumerable<string> Keys(JsonObject? one, JsonObject? other) =>
        (one ?? []).Select(entry => entry.Key).Union((other ?? []).Select(entry => entry.Key));

    private static int Count(JsonNode? node) => (node as JsonArray)?.Count ?? 0;

    private static JsonNode? Item(JsonNode? node, int index) => index < Count(node) ? node![index] : null;

    /// <summary>The API server keeps nothing that is empty, and clients send it all the same.</summary>
    private static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonObject map => map.All(entry => IsNothing(entry.Value)),
        JsonArray items => items.Count == 0,
        _ => node.ToString().Length == 0,
    };

    /// <summary>Spaces at the ends of lines are no content: YAML's block texts do not keep them all.</summary>
    private static string Plain(JsonNode? node) => string.Join('\n', node!.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();

    private static string? Say(JsonNode? node) => IsNothing(node) ? null : node is JsonValue ? node.ToString() : node!.ToJsonString();
}
