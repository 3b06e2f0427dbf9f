namespace PlatformGitOps.Generator.Graph;

/// <summary>
/// <c>graph</c>: the Flux Kustomizations of every cluster as a Mermaid flowchart, with their sources, dependencies and objects. The same
/// tree gives the same bytes.
/// </summary>
public static class KustomizationGraph
{
    /// <param name="clusters">The clusters to draw, in their order.</param>
    public static string Mermaid(IEnumerable<FluxCluster> clusters)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var cluster in clusters)
        {
            Write(cluster, text);
        }

        return text.ToString();
    }

    private static string? PlaceOf(Layer layer) => layer.IsForeign ? "another repository"
        : layer.IsRemote ? $"{layer.Folder}, in another cluster" : layer.Folder;

    private static void Write(FluxCluster cluster, StringBuilder text)
    {
        var layers = cluster.Layers.OrderBy(layer => layer.Name, StringComparer.Ordinal).ToArray();
        Line(text, 1, $"subgraph {Id(cluster.Name)}[\"cluster {cluster.Name}\"]");
        foreach (var source in layers.Select(Source).OfType<string>().Distinct().Order(StringComparer.Ordinal))
        {
            Line(text, 2, $"{Id(cluster.Name, source)}[(\"{source}\")]");
        }

        foreach (var layer in layers)
        {
            var state = layer.Fails ? "<br/>Flux cannot build it" : layer.Findings.Any() ? "<br/>not whole" : "";
            Line(text, 2, $"{Id(cluster.Name, layer.Name)}[\"{layer.Name}<br/>{PlaceOf(layer)}{state}\"]");
            var applied = layer.Applied.Where(resource => !resource.IsFluxKustomization)
                .Select(resource => resource.Id.Title).Order(StringComparer.Ordinal).ToArray();
            if (applied.Length > 0)
            {
                Line(text, 2, $"{Id(cluster.Name, layer.Name, "objects")}([\"{string.Join("<br/>", applied)}\"])");
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} --> {Id(cluster.Name, layer.Name, "objects")}");
            }
        }

        foreach (var layer in layers)
        {
            var children = layer.Applied.Where(resource => resource.IsFluxKustomization && resource.Name != layer.Name);
            foreach (var child in children.Select(resource => resource.Name).Order(StringComparer.Ordinal))
            {
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} --> {Id(cluster.Name, child)}");
            }

            foreach (var needed in layer.DependsOn.Select(item => item.TextAt("name") ?? "").Order(StringComparer.Ordinal))
            {
                var label = layers.Any(other => other.Name == needed) ? "" : $"[\"{needed}\"]";
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} -. depends on .-> {Id(cluster.Name, needed)}{label}");
            }

            if (Source(layer) is { } source)
            {
                Line(text, 2, $"{Id(cluster.Name, source)} --> {Id(cluster.Name, layer.Name)}");
            }
        }

        Line(text, 1, "end");
    }

    private static string? Source(Layer layer) => layer.Source.Kind.Length > 0 ? $"{layer.Source.Kind} {layer.Source.Name}" : null;

    /// <summary>An id of letters, digits and '_' that is never a keyword of Mermaid such as "end". Names do not contain '_'.</summary>
    private static string Id(params IEnumerable<string> parts) =>
        "k_" + string.Join("__", parts.Select(part => string.Concat(part.Select(Escaped))));

    private static string Escaped(char c) => char.IsAsciiLetterOrDigit(c) ? $"{c}" : c is '-' or ' ' ? "_" : $"_x{(int)c:x}";

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', depth * 2).Append(line).Append('\n');
}
