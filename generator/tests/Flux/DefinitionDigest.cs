using PlatformGitOps.Generator.Flux.Definitions;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>
/// Generates the lines of a data file, such as generator/Flux/Definitions/definitions.yaml, from CustomResourceDefinitions.
/// </summary>
internal static class DefinitionDigest
{
    /// <summary>The schema of each kind's spec, by kind and version.</summary>
    public static Dictionary<string, Mapping> KindsIn(string file, IReadOnlyCollection<string> wanted)
    {
        var found = new Dictionary<string, Mapping>();
        foreach (var definition in YamlReader.Read(file, File.ReadAllBytes(file), YamlOptions.Tree).Documents.OfType<Mapping>()
            .Where(document => document.TextAt("kind") == "CustomResourceDefinition"))
        {
            foreach (var version in definition.MappingsAt("spec", "versions").Where(version => version.TextAt("served") == "true"))
            {
                var apiVersion = $"{definition.TextAt("spec", "group")}/{version.TextAt("name")}";
                if (wanted.Contains(apiVersion) && version.At("schema", "openAPIV3Schema", "properties", "spec") is Mapping spec)
                {
                    found[$"{definition.TextAt("spec", "names", "kind")} {apiVersion}"] = spec;
                }
            }
        }

        return found;
    }

    /// <summary>Adds the lines of one key from its schema in each version; null if the version does not have it.</summary>
    public static void Add(StringBuilder text, string indent, string key, IReadOnlyList<Mapping?> schemas, IReadOnlyList<SemVer> versions)
    {
        var list = "";
        var newest = schemas.Last(schema => schema is not null)!;
        while (newest.TextAt("type") == "array")
        {
            (schemas, list) = ([.. schemas.Select(schema => schema?["items"] as Mapping)], list + "- ");
            newest = (Mapping)newest["items"]!;
        }

        if (newest["properties"] is not Mapping { Entries.IsEmpty: false })
        {
            var type = TypeOf(newest, schemas, versions);
            text.Append(indent).Append(key).Append(": ").Append(list.Length > 0 ? $"[{Quoted(type)}]" : type).Append('\n');
            return;
        }

        text.Append(indent).Append(key).Append(":\n");
        var properties = schemas.Select(schema => schema?["properties"] as Mapping).ToList();
        var first = true;
        foreach (var name in properties.SelectMany(mapping => mapping?.Entries.Select(entry => entry.Key) ?? []).Distinct()
            .Order(StringComparer.Ordinal))
        {
            // A key that was added with its parent has the parent's release.
            IReadOnlyList<SemVer> known = [.. versions.Where((_, index) => properties[index] is not null)];
            var range = VersionRange.Of(name, known, version => properties[Index(version)]![name] is not null).Single();
            var inner = new StringBuilder();
            Add(inner, indent + (list.Length > 0 ? "    " : "  "), range.ToString(),
                [.. properties.Select(mapping => mapping?[name] as Mapping)], versions);
            text.Append(list.Length > 0 && first ? $"{indent}  - {inner.ToString().TrimStart()}" : inner.ToString());
            first = false;
        }

        int Index(SemVer version) => versions.ToList().IndexOf(version);
    }

    private static string TypeOf(Mapping newest, IReadOnlyList<Mapping?> schemas, IReadOnlyList<SemVer> versions)
    {
        if (newest["enum"] is Sequence words)
        {
            IReadOnlyList<SemVer> known = [.. versions.Where((_, index) => schemas[index] is not null)];
            return FluxDefinitions.OneOf + string.Join(", ", words.Items.OfType<Scalar>().Select(word => VersionRange.Of(word.Value, known,
                version => schemas[versions.ToList().IndexOf(version)]!.ItemsAt("enum").OfType<Scalar>()
                    .Any(other => other.Value == word.Value)).Single()));
        }

        return (newest.TextAt("type"), newest["additionalProperties"]) switch
        {
            ("string", _) => "text",
            ("boolean" or "integer", _) => newest.TextAt("type")!,
            ("object", Mapping values) when values.TextAt("type") == "string" => "labels",
            _ => "any",
        };
    }

    private static string Quoted(string type) => type.Contains(',') ? $"'{type}'" : type;
}
