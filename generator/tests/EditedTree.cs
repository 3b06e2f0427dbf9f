namespace PlatformGitOps.Generator.Tests;

/// <summary>A tree that tests edit like users and definitions do.</summary>
internal sealed record EditedTree(IReadOnlyDictionary<string, string> Files)
{
    public static EditedTree Of(Platform platform) => new(Tree.Build(platform).ToDictionary(file => file.Path, file => file.Text));

    /// <summary>A cluster's folder with this object, and with one that never changes.</summary>
    public static EditedTree Of(string text) => new(new Dictionary<string, string>
    {
        ["kubernetes/clusters/one/object.yaml"] = text,
        ["kubernetes/clusters/one/other.yaml"] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}",
    });

    public EditedTree With(string path, string text) =>
        new(Files.Where(file => file.Key != path).Append(KeyValuePair.Create(path, text)).ToDictionary());

    public EditedTree Without(string path) => new(Files.Where(file => file.Key != path).ToDictionary());

    /// <summary>Replaces a text, which must exist.</summary>
    public EditedTree Edit(string path, string old, string now)
    {
        Files[path].ShouldContain(old, Case.Sensitive, $"The edit no longer fits {path}.");
        return With(path, Files[path].Replace(old, now));
    }

    /// <summary>Replaces whole lines, which must exist, with any indentation.</summary>
    public EditedTree EditLines(string path, string old, string now)
    {
        var lines = old.TrimEnd('\n').Split('\n').Select(Regex.Escape);
        var pattern = new Regex($"^( *){string.Join("\n\\1", lines)}\n", RegexOptions.Multiline);
        pattern.IsMatch(Files[path]).ShouldBeTrue($"The edit no longer fits {path}:\n{old}");
        return With(path, pattern.Replace(Files[path], found => now.Length == 0 ? ""
            : string.Concat(now.TrimEnd('\n').Split('\n').Select(line => $"{found.Groups[1].Value}{line}\n"))));
    }

    public SourceTree Source() => SourceTree.Of(Files.ToDictionary(file => file.Key, file => Encoding.UTF8.GetBytes(file.Value),
        StringComparer.Ordinal));
}
