using System.Security.Cryptography;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// The <c>configMapGenerator</c> and <c>secretGenerator</c> of a kustomization.yaml (kustomize, api/internal/generators).
/// </summary>
internal static partial class Generators
{
    private static readonly string[] Members = ["name", "namespace", "behavior", "type", "env", "envs", "literals", "files", "options"];

    /// <summary>Adds the generated objects, or merges them into existing ones.</summary>
    /// <exception cref="FormatException">kustomize refuses a generator.</exception>
    public static void Apply(Mapping kustomization, string folder, string file, SourceTree tree, ResourceList resources)
    {
        foreach (var (key, kind) in new[] { ("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret") })
        {
            foreach (var arguments in kustomization.MappingsAt(key))
            {
                Add(Generated(kind, arguments, kustomization["generatorOptions"] as Mapping ?? [], folder, file, tree),
                    arguments.TextAt("behavior") ?? "create", resources);
            }
        }
    }

    private static Manifest Generated(string kind, Mapping arguments, Mapping shared, string folder, string file, SourceTree tree)
    {
        if (arguments.Entries.FirstOrDefault(entry => !Members.Contains(entry.Key)) is { } unknown)
        {
            throw new FormatException($"a generator has no member '{unknown.Key}'");
        }

        var name = arguments.TextAt("name") is { Length: > 0 } text ? text : throw new FormatException("a generator has no name");
        var data = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (key, value) in Pairs(arguments, folder, tree, kind == "Secret"))
        {
            if (!DataKey().IsMatch(key))
            {
                throw new FormatException($"'{key}' is not a valid key of {kind} {name}");
            }

            if (!data.TryAdd(key, value))
            {
                throw new FormatException($"{kind} {name} has the key '{key}' twice");
            }
        }

        var own = arguments["options"] as Mapping ?? [];
        var isSecret = kind == "Secret";
        var texts = data.Where(pair => !isSecret && IsText(pair.Value)).ToArray();
        var encoded = data.Where(pair => isSecret || !IsText(pair.Value)).ToArray();
        var metadata = new Mapping
        {
            { "name", name },
            { "namespace", arguments.TextAt("namespace") },
            { "labels", Merged(shared["labels"], own["labels"]) },
            { "annotations", Merged(shared["annotations"], own["annotations"]) },
        };
        var body = new Mapping
        {
            { "apiVersion", "v1" },
            { "kind", kind },
            { "metadata", metadata with { Position = arguments.Position, File = file } },
            { "type", isSecret ? arguments.TextAt("type") ?? "Opaque" : null },
            { "data", texts.Length > 0 ? Of(texts, Encoding.UTF8.GetString) : isSecret && encoded.Length > 0 ? Of(encoded, Base64) : null },
            { "binaryData", isSecret || encoded.Length == 0 ? null : Of(encoded, Base64) },
            { "immutable", Has("immutable") ? true : null },
        };
        return new Manifest(body with { Position = arguments.Position, File = file }, file) { NeedsHash = !Has("disableNameSuffixHash") };

        bool Has(string option) => KustomizationTypes.IsTrue(own[option]) || KustomizationTypes.IsTrue(shared[option]);

        Mapping Of(IEnumerable<KeyValuePair<string, byte[]>> pairs, Func<byte[], string> write) =>
            new(pairs.Select(pair => new Entry(pair.Key, new Scalar(write(pair.Value))
            {
                IsText = true,
                Position = arguments.Position,
                File = file,
            })
            { KeyPosition = arguments.Position }));
    }

    /// <summary>Environment files, literals and files, in this order.</summary>
    private static IEnumerable<(string Key, byte[] Value)> Pairs(
        Mapping arguments, string folder, SourceTree tree, bool isSecret)
    {
        foreach (var path in Texts(arguments, "env").Concat(Texts(arguments, "envs")))
        {
            var lines = Encoding.UTF8.GetString(Read(path, folder, tree)).TrimStart('\uFEFF').Split('\n')
                .Select(line => line.TrimEnd('\r').TrimStart());
            foreach (var line in (isSecret ? SopsText.WithoutOwn([.. lines]) : lines).Where(line => line.Length > 0 && line[0] != '#'))
            {
                var parts = line.Split('=', 2);
                yield return EnvironmentKey().IsMatch(parts[0]) ? (parts[0], Encoding.UTF8.GetBytes(parts.Length > 1 ? parts[1] : ""))
                    : throw new FormatException($"'{parts[0]}' in {path} is not the name of an environment variable");
            }
        }

        foreach (var literal in Texts(arguments, "literals"))
        {
            yield return literal.Split('=', 2) is [{ Length: > 0 } key, var value]
                ? (key, Encoding.UTF8.GetBytes(value.Length > 1 && value[0] == value[^1] && value[0] is '"' or '\'' ? value[1..^1] : value))
                : throw new FormatException($"the literal '{literal}' is not key=value");
        }

        foreach (var source in Texts(arguments, "files"))
        {
            yield return source.Split('=') switch
            {
                [var path] => (path[(path.LastIndexOf('/') + 1)..], Read(path, folder, tree)),
                [{ Length: > 0 } key, { Length: > 0 } path] => (key, Read(path, folder, tree)),
                _ => throw new FormatException($"the file '{source}' is not a path or key=path"),
            };
        }
    }

    private static IEnumerable<string> Texts(Mapping arguments, string key) => arguments[key] switch
    {
        Scalar scalar => [scalar.Value],
        Sequence items => items.Items.OfType<Scalar>().Select(item => item.Value),
        _ => [],
    };

    private static byte[] Read(string path, string folder, SourceTree tree) =>
        path.Contains("://") ? throw new NotSupportedException($"The file '{Printable.Of(path)}' of a generator")
        : SourceTree.Combine(folder, path) is { } file && tree.Read(file) is { } bytes ? bytes
            : throw new FormatException($"the file '{path}' does not exist");

    private static bool IsText(byte[] value) => System.Text.Unicode.Utf8.IsValid(value);

    /// <summary>kustomize breaks long values into lines.</summary>
    private static string Base64(byte[] value)
    {
        const int Line = 70;
        var text = Convert.ToBase64String(value);
        return text.Length < Line ? text : string.Concat(text.Chunk(Line).Select(line => new string(line) + "\n"));
    }

    /// <summary>The entries of both mappings; the later one overrides. Null if there is none.</summary>
    private static Mapping? Merged(Node? under, Node? over) => (under, over) switch
    {
        (Mapping one, Mapping two) => two.Aggregate(one, (merged, entry) => merged.Set(entry.Key, entry.Value)),
        _ => over as Mapping ?? under as Mapping,
    };

    private static void Add(Manifest generated, string behavior, ResourceList resources)
    {
        var index = resources.Items.FindIndex(resource => resource.IsOrWas(generated.Id));
        if (index < 0 || behavior is not ("merge" or "replace"))
        {
            if (index >= 0 || behavior is "merge" or "replace")
            {
                throw new FormatException($"{generated.Id.Title} {(index < 0 ? "does not exist" : "exists")} and its generator says " +
                    $"'behavior: {behavior}'");
            }

            resources.TryAdd(generated);
            return;
        }

        var old = resources.Items[index];
        var body = generated.Body;
        foreach (var path in new string[][] { ["metadata", "labels"], ["metadata", "annotations"] })
        {
            body = Merged(old.Body.At(path), body.At(path)) is { } merged ? body.SetAt(path, merged) : body;
        }

        foreach (var key in behavior == "merge" ? ["data", "binaryData"] : Array.Empty<string>())
        {
            body = Merged(old.Body[key], body[key]) is { } merged ? body.Set(key, merged) : body;
        }

        body = body.SetAt(["metadata", "name"], old.Name);
        resources.Replace(index, generated with
        {
            Body = old.Namespace.Length > 0 ? body.SetAt(["metadata", "namespace"], old.Namespace) : body,
            Earlier = old.Earlier,
        });
    }

    /// <summary>The suffix of a generated name (kustomize, api/hasher).</summary>
    public static string Hash(Manifest resource)
    {
        var members = new SortedDictionary<string, Node>(StringComparer.Ordinal)
        {
            ["kind"] = resource.Kind,
            // kustomize hashes the key "metadata/name", which no object has.
            ["name"] = "",
            ["data"] = resource.Body["data"] ?? "",
        };
        if (resource.Kind == "Secret")
        {
            members["type"] = resource.Body["type"] ?? "";
        }

        var more = resource.Kind == "Secret" ? "stringData" : "binaryData";
        if (resource.Body[more] is Mapping data)
        {
            members[more] = data;
        }

        var text = new StringBuilder();
        Json(text, new Mapping(members.Select(member => new Entry(member.Key, member.Value))));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        return new string(
            [.. hash[..10].Select(digit => digit switch { '0' => 'g', '1' => 'h', '3' => 'k', 'a' => 'm', 'e' => 't', _ => digit })]);
    }

    /// <summary>The format of Go's encoding/json: sorted keys, no spaces, HTML characters escaped.</summary>
    private static void Json(StringBuilder text, Node node)
    {
        if (node is Mapping mapping)
        {
            var separator = '{';
            foreach (var entry in mapping.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                Json(text.Append(separator), entry.Key);
                Json(text.Append(':'), entry.Value);
                separator = ',';
            }

            text.Append(mapping.Entries.IsEmpty ? "{}" : "}");
            return;
        }

        text.Append('"');
        foreach (var letter in ((Scalar)node).Value)
        {
            _ = letter switch
            {
                '"' or '\\' => text.Append('\\').Append(letter),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => text.Append("\\u").Append($"{(int)letter:x4}"),
                _ => text.Append(letter),
            };
        }

        text.Append('"');
    }

    [GeneratedRegex(@"\A[-._a-zA-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex DataKey();

    [GeneratedRegex(@"\A[-._a-zA-Z][-._a-zA-Z0-9]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentKey();
}
