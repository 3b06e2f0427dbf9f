using System.Text.Json.Nodes;

namespace PlatformGitOps.KubeClient.Testing;

/// <summary>Applies patches as the API server does. Null from <see cref="Json"/> means that a <c>test</c> did not hold.</summary>
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

    /// <summary>RFC 6902: add, remove, replace and test.</summary>
    public static JsonObject? Json(JsonObject target, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            var path = operation!["path"]!.GetValue<string>().TrimStart('/').Split('/')
                .Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
            var parent = path[..^1].Aggregate((JsonNode?)target, (node, part) => node?[part]);
            if (parent is not JsonObject owner || !Apply(owner, path[^1], operation))
            {
                return null;
            }
        }

        return target;
    }

    private static bool Apply(JsonObject owner, string key, JsonNode operation)
    {
        var value = operation["value"];
        switch (operation["op"]!.GetValue<string>())
        {
            case "test":
                return JsonNode.DeepEquals(owner[key], value);
            case "remove":
                return owner.Remove(key);
            default:
                owner[key] = value?.DeepClone();
                return true;
        }
    }

    private static JsonArray MergeByType(JsonArray old, JsonArray change)
    {
        var changed = change.OfType<JsonObject>().ToDictionary(c => c["type"]!.GetValue<string>());
        var kept = old.OfType<JsonObject>().Where(o => !changed.ContainsKey(o["type"]!.GetValue<string>()));
        return [.. kept.Concat(changed.Values).Select(o => o.DeepClone())];
    }
}
