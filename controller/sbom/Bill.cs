using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Controller.Sbom;

/// <summary>
/// The bill of materials of one publish, read from its deps.json: what the runtime is told to load is what is inside. A package for
/// this exists (Microsoft.Sbom.Targets), but nothing that not every mirror keeps may be needed for what ships.
/// </summary>
public sealed record Bill(Component Program, IReadOnlyList<Component> Parts)
{
    private const string RuntimePack = "runtimepack.";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="dependencies">The text of a deps.json.</param>
    /// <param name="license">The SPDX expression of a NuGet package by name and version, or null.</param>
    public static Bill Read(string dependencies, Func<string, string, string?> license)
    {
        var root = JsonNode.Parse(dependencies)!;
        var target = root["targets"]![(string)root["runtimeTarget"]!["name"]!]!.AsObject();
        var libraries = root["libraries"]!.AsObject();
        var keys = libraries.Where(library => (string?)library.Value!["type"] is "project" or "package" or "runtimepack").Select(library => library.Key).ToList();
        var plain = keys.ToDictionary(key => key, key => Of(key, libraries[key]!, license, []));
        var parts = keys.Select(key => plain[key] with
        {
            DependsOn = [.. (target[key]?["dependencies"]?.AsObject() ?? []).Select(entry => plain.GetValueOrDefault($"{entry.Key}/{(string?)entry.Value}")?.Reference).OfType<string>().Order(StringComparer.Ordinal)],
        }).ToList();
        // The program itself is the first library.
        return new Bill(parts[0], [.. parts.Skip(1).OrderBy(part => part.Reference, StringComparer.Ordinal)]);
    }

    /// <summary>CycloneDX 1.6 as JSON: https://cyclonedx.org/docs/1.6/json/.</summary>
    public string ToCycloneDx(DateTimeOffset at)
    {
        var bill = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["component"] = Json(Program, "application"),
            },
            ["components"] = new JsonArray([.. Parts.Select(part => Json(part, part.Kind == "runtimepack" ? "framework" : "library"))]),
            ["dependencies"] = new JsonArray([.. Parts.Prepend(Program).Select(part => new JsonObject
            {
                ["ref"] = part.Reference,
                ["dependsOn"] = new JsonArray([.. part.DependsOn.Select(reference => (JsonNode)reference)]),
            })]),
        };
        return bill.ToJsonString(Indented) + "\n";
    }

    private static Component Of(string key, JsonNode library, Func<string, string, string?> license, IReadOnlyList<string> dependsOn)
    {
        var (name, version) = (key.Split('/')[0], key.Split('/')[1]);
        var kind = (string)library["type"]!;
        name = name.StartsWith(RuntimePack, StringComparison.Ordinal) ? name[RuntimePack.Length..] : name;
        var hash = (string?)library["sha512"] is { Length: > 0 } text && text.StartsWith("sha512-", StringComparison.Ordinal)
            ? Convert.ToHexStringLower(Convert.FromBase64String(text["sha512-".Length..]))
            : null;
        return new Component(kind, name, version, hash, kind == "project" ? null : license(name, version), dependsOn);
    }

    private static JsonObject Json(Component part, string type)
    {
        var json = new JsonObject { ["type"] = type, ["bom-ref"] = part.Reference, ["name"] = part.Name, ["version"] = part.Version, ["purl"] = part.Reference };
        if (part.Sha512 is { } hash)
        {
            json["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = hash });
        }

        if (part.License is { } license)
        {
            json["licenses"] = new JsonArray(new JsonObject { ["expression"] = license });
        }

        return json;
    }
}
