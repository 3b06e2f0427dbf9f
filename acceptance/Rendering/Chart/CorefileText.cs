using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>The chart's servers value as a Corefile.</summary>
internal static class CorefileText
{
    public static string Of(Resource values) => string.Join('\n', values.Parts("servers").SelectMany(Server));

    private static IEnumerable<string> Server(Resource server)
    {
        var zones = server.Parts("zones").Select(zone => $"{zone.Text("scheme")}{zone.Text("zone")}:{server.Text("port")}");
        yield return $"{string.Join(' ', zones)} {{";
        foreach (var plugin in server.Parts("plugins"))
        {
            var line = $"{plugin.Text("name")} {plugin.Text("parameters")}".TrimEnd();
            var block = plugin.Text("configBlock");
            yield return block is null ? $"    {line}" : $"    {line} {{";
            foreach (var inner in block?.Split('\n') ?? [])
            {
                yield return $"        {inner}";
            }

            if (block is not null)
            {
                yield return "    }";
            }
        }

        yield return "}";
    }
}
