namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// A chart's version that changed while its digest did not. Flux prefers the digest of an OCIRepository over its tag and would keep the old
/// chart. The tree of the last run has the version of the digest.
/// </summary>
internal static class StaleDigest
{
    public const string Rule = "digest-of-older-version";

    private const int LargestFile = 1 << 20;

    /// <summary>The folders with the chart sources of applications.</summary>
    private static readonly string[] Folders = ["bases", "infrastructure"];

    private static readonly EnumerationOptions EveryFile = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>A finding for each chart whose digest has another version in the tree on disk.</summary>
    public static ImmutableArray<Finding> Of(string definitionPath, string root, PlatformReading.Valid definition)
    {
        var pinned = definition.Platform.Charts.Where(chart => chart.Value.Digest is not null).ToArray();
        return pinned.Length == 0 ? [] :
        [
            .. from source in Sources(root, [.. pinned.Select(chart => chart.Value.Digest!)])
               from chart in pinned
               where source.Url == chart.Value.Url && source.Digest == chart.Value.Digest && source.Tag != chart.Value.Version.ToString()
               group source by chart into same
               select Finding(definitionPath, definition.Root, same.Key.Key, same.Key.Value, same.First()),
        ];
    }

    private static Finding Finding(
        string definitionPath, Mapping definition, string key, ChartPin pin,
        (string File, string Url, string Tag, string Digest) old) => new()
        {
            Rule = Rule,
            File = definitionPath.Replace('\\', '/'),
            Position = definition.At("charts", key, "digest")?.Position ?? Position.None,
            Message = $"The digest {pin.Digest![..19]}... of charts.{key} was generated for version {old.Tag} ({old.File}), and the "
                + $"version is {pin.Version} now. Flux prefers the digest and would go on with {old.Tag}.",
            Fix = $"Write the digest of {pin.Version} (crane digest {pin.Url["oci://".Length..]}:{pin.Version}), or delete it. If it is "
                + "right, and the version was wrong before: delete it, run generate, and write it again.",
        };

    /// <summary>The OCIRepositories of the tree that use one of the digests.</summary>
    private static IEnumerable<(string File, string Url, string Tag, string Digest)> Sources(string root, string[] digests)
    {
        foreach (var folder in Folders.Select(name => Path.Combine(root, Layout.Root, name)).Where(Directory.Exists))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*.yaml", EveryFile).Order(StringComparer.Ordinal))
            {
                if (new FileInfo(path).Length > LargestFile)
                {
                    continue;
                }

                var bytes = File.ReadAllBytes(path);
                if (digests.All(digest => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(digest)) < 0))
                {
                    continue;
                }

                var file = Path.GetRelativePath(root, path).Replace('\\', '/');
                foreach (var source in YamlReader.Read(file, bytes, YamlOptions.Tree).Documents.OfType<Mapping>()
                    .Where(document => document.TextAt("kind") == "OCIRepository"))
                {
                    if (source.TextAt("spec", "ref", "digest") is { } digest && source.TextAt("spec", "ref", "tag") is { } tag)
                    {
                        yield return (file, source.TextAt("spec", "url") ?? "", tag, digest);
                    }
                }
            }
        }
    }
}
