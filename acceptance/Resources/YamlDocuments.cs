using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Resources;

/// <summary>
/// Reads and writes YAML documents with the generator's own reader and writer; plain scalars have the types of Kubernetes' reader.
/// </summary>
public static class YamlDocuments
{
    /// <summary>The resources of a stream of documents, without empty documents, and with the items of a List.</summary>
    /// <exception cref="FormatException">The text is not valid YAML; the message has all faults.</exception>
    public static IReadOnlyList<Resource> Resources(string text)
    {
        var read = YamlReader.Read("text", text, YamlOptions.Tree);
        return read.Findings.IsEmpty
            ? [.. read.Documents.OfType<Mapping>().SelectMany(document => Unfold(Document(document)))]
            : throw new FormatException(string.Join('\n', read.Findings.Select(finding => $"{finding.Position}: {finding.Message}")));
    }

    /// <summary>A resource as one YAML document, which parses into the same resource.</summary>
    public static string Text(Resource resource) => YamlWriter.WriteFragment(Mapping(resource));

    public static Resource Document(Mapping mapping) => new((JsonObject)mapping.ToJson()!);

    public static Mapping Mapping(Resource resource) => (Mapping)resource.Document.ToNode();

    private static IEnumerable<Resource> Unfold(Resource document) => document.Kind == "List" ? document.Parts("items") : [document];
}
