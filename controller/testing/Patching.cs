using System.Text.Json.Nodes;

namespace PlatformGitOps.Controller.Testing;

/// <summary>Applies merge patches as the API server does.</summary>
public static class Patching
{
    /// <summary>RFC 7396; with <paramref name="byType"/> lists of objects with a type are merged by it, as for pod conditions.</summary>
    public static JsonObject Merge(JsonObject target, JsonObject patch, bool byType = false)
    {
        foreach (var (key, value) in patch)
        {
            target[key] = (target[key], value) switch
            {
                (_, null) => null,
                (JsonObject old, JsonObject change) => Merge(old.DeepClone().AsObject(), change, byType),
                (_, JsonObject change) => Merge([], change, byType),
                (JsonArray old, JsonArray change) when byType => MergeByType(old, change),
                _ => value.DeepClone(),
            };
            if (value is null)
            {
                target.Remove(key);
            }
        }

        return target;
    }

    private static JsonArray MergeByType(JsonArray old, JsonArray change)
    {
        var changed = change.OfType<JsonObject>().ToDictionary(c => c["type"]!.GetValue<string>());
        var kept = old.OfType<JsonObject>().Where(o => !changed.ContainsKey(o["type"]!.GetValue<string>()));
        return [.. kept.Concat(changed.Values).Select(o => o.DeepClone())];
    }
}
