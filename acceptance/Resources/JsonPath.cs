using System.Globalization;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>Paths such as <c>a.b[0].c</c>. Keys that hold a dot are read through <see cref="Resource.Map"/> of their parent.</summary>
public static class JsonPath
{
    public static JsonNode? Find(JsonNode? root, string path)
    {
        foreach (var step in Steps(path))
        {
            root = step switch
            {
                int index => root is JsonArray items && index < items.Count ? items[index] : null,
                string key => (root as JsonObject)?[key],
                _ => null,
            };
        }

        return root;
    }

    /// <summary>Sets the value, making the objects on the way; null removes it.</summary>
    public static void Set(JsonNode root, string path, JsonNode? value)
    {
        var steps = Steps(path).ToList();
        for (var i = 0; i < steps.Count - 1; i++)
        {
            var next = Child(root, steps[i]);
            if (next is null)
            {
                next = new JsonObject();
                Put(root, steps[i], next);
            }

            root = next;
        }

        Put(root, steps[^1], value);
    }

    private static JsonNode? Child(JsonNode node, object step) => step is int index ? node.AsArray()[index] : node.AsObject()[(string)step];

    private static void Put(JsonNode node, object step, JsonNode? value)
    {
        switch (step)
        {
            case int index when value is null: node.AsArray().RemoveAt(index); break;
            case int index: node.AsArray()[index] = value; break;
            case string key when value is null: node.AsObject().Remove(key); break;
            case string key: node.AsObject()[key] = value; break;
        }
    }

    private static IEnumerable<object> Steps(string path)
    {
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            yield return bracket < 0 ? part : part[..bracket];
            for (; bracket >= 0; bracket = part.IndexOf('[', bracket + 1))
            {
                var close = part.IndexOf(']', bracket);
                yield return int.Parse(part[(bracket + 1)..close], CultureInfo.InvariantCulture);
            }
        }
    }
}
