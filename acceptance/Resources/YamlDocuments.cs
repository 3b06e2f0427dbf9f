using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>
/// YAML as documents, by the generator's own reader and writer; plain scalars are typed as Kubernetes' reader types them.
/// </summary>
public static class YamlDocuments
{
    /// <summary>The resources of a stream of documents; empty documents are left out, and the items of a List are unfolded.</summary>
    /// <exception cref="FormatException">The text is not valid YAML; the message names every fault.</exception>
    public static IReadOnlyList<Resource> Resources(string text)
    {
        var read = YamlReader.Read("text", text, YamlOptions.Tree);
        return read.Findings.IsEmpty
            ? [.. read.Documents.OfType<Mapping>().SelectMany(document => Unfold(Document(document)))]
            : throw new FormatException(string.Join('\n', read.Findings.Select(finding => $"{finding.Position}: {finding.Message}")));
    }

    /// <summary>A resource as one YAML document, which reads back as the same.</summary>
    public static string Text(Resource resource) => YamlWriter.WriteFragment(Mapping(resource));

    public static Resource Document(Mapping mapping) => new((JsonObject)mapping.ToJson()!);

    public static Mapping Mapping(Resource resource) => (Mapping)resource.Document.ToNode();

    private static IEnumerable<Resource> Unfold(Resource document) => document.Kind == "List" ? document.Parts("items") : [document];
}
