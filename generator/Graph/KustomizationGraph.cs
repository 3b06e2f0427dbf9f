using System.Text;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Graph;

/// <summary>
/// The verb <c>graph</c>: the Flux Kustomizations of every cluster as a Mermaid flowchart, with their sources, what they wait for and
/// what they apply. The same bytes for the same tree.
/// </summary>
public static class KustomizationGraph
{
    public static string Mermaid(SourceTree tree, LintOptions options)
    {
        var text = new StringBuilder("flowchart LR\n");
        foreach (var cluster in new ClusterViews(tree, options).All().OrderBy(cluster => cluster.Name, StringComparer.Ordinal))
        {
            Write(cluster, text);
        }

        return text.ToString();
    }

    private static void Write(ClusterView cluster, StringBuilder text)
    {
        var layers = cluster.Layers.OrderBy(layer => layer.Name, StringComparer.Ordinal).ToArray();
        Line(text, 1, $"subgraph {Id(cluster.Name)}[\"cluster {cluster.Name}\"]");
        foreach (var source in layers.Select(Source).OfType<string>().Distinct().Order(StringComparer.Ordinal))
        {
            Line(text, 2, $"{Id(cluster.Name, source)}[(\"{source}\")]");
        }

        foreach (var layer in layers)
        {
            Line(text, 2, $"{Id(cluster.Name, layer.Name)}[\"{layer.Name}<br/>{layer.Folder}\"]");
            var applied = layer.Applied.Where(resource => resource.Kind != "Kustomization").Select(resource => resource.Id.Spoken).Order(StringComparer.Ordinal).ToArray();
            if (applied.Length > 0)
            {
                Line(text, 2, $"{Id(cluster.Name, layer.Name, "objects")}([\"{string.Join("<br/>", applied)}\"])");
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} --> {Id(cluster.Name, layer.Name, "objects")}");
            }
        }

        foreach (var layer in layers)
        {
            foreach (var applied in layer.Applied.Where(resource => resource.Kind == "Kustomization" && resource.Name != layer.Name).Select(resource => resource.Name).Order(StringComparer.Ordinal))
            {
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} --> {Id(cluster.Name, applied)}");
            }

            foreach (var needed in layer.DependsOn.Select(item => item.TextAt("name") ?? "").Order(StringComparer.Ordinal))
            {
                Line(text, 2, $"{Id(cluster.Name, layer.Name)} -. waits for .-> {Id(cluster.Name, needed)}{(layers.Any(other => other.Name == needed) ? "" : $"[\"{needed}\"]")}");
            }

            if (Source(layer) is { } source)
            {
                Line(text, 2, $"{Id(cluster.Name, source)} --> {Id(cluster.Name, layer.Name)}");
            }
        }

        Line(text, 1, "end");
    }

    private static string? Source(Layer layer) =>
        layer.Kustomization.Body.TextAt("spec", "sourceRef", "kind") is { } kind ? $"{kind} {layer.Kustomization.Body.TextAt("spec", "sourceRef", "name")}" : null;

    /// <summary>Letters, digits and '_' only, and never a word of Mermaid such as "end". Names have no '_' of their own.</summary>
    private static string Id(params IEnumerable<string> parts) =>
        "k_" + string.Join("__", parts.Select(part => string.Concat(part.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : c is '-' or ' ' ? "_" : $"_x{(int)c:x}"))));

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', depth * 2).Append(line).Append('\n');
}
