using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>A view on one mapping of a kubeconfig; a missing key is null, never an error.</summary>
internal readonly struct KubeConfigNode(YamlMappingNode node, string folder)
{
    /// <summary>Where the file lies: relative paths in it are relative to it.</summary>
    public string Folder { get; } = folder;

    public string? Text(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : null;

    public bool Flag(string key) => string.Equals(Text(key), "true", StringComparison.OrdinalIgnoreCase);

    public KubeConfigNode? Child(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is YamlMappingNode mapping
            ? new KubeConfigNode(mapping, Folder)
            : null;

    public IEnumerable<KubeConfigNode> Items(string key)
    {
        var folder = Folder;
        return Sequence(key).OfType<YamlMappingNode>().Select(item => new KubeConfigNode(item, folder));
    }

    public IReadOnlyList<string> Texts(string key) => [.. Sequence(key).OfType<YamlScalarNode>().Select(item => item.Value ?? "")];

    public string? PathText(string key)
    {
        var folder = Folder;
        return Text(key) is { } path ? Path.GetFullPath(path, folder) : null;
    }

    private YamlSequenceNode Sequence(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is YamlSequenceNode sequence ? sequence : [];
}
