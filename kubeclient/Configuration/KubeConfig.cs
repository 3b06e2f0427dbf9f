using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>One or several kubeconfig files read as one: as kubectl does it, the first file that names something wins.</summary>
public sealed class KubeConfig
{
    private readonly IReadOnlyList<KubeConfigNode> _files;

    private KubeConfig(IReadOnlyList<KubeConfigNode> files) => _files = files;

    /// <summary>The context used when none is asked for.</summary>
    public string? CurrentContext => _files.Select(file => file.Text("current-context")).FirstOrDefault(name => name is not null);

    public IReadOnlyList<string> Contexts =>
        [.. _files.SelectMany(file => file.Items("contexts")).Select(item => item.Text("name")).OfType<string>().Distinct()];

    /// <summary>The files of KUBECONFIG, or <c>~/.kube/config</c>; those that do not exist are left out, as kubectl does.</summary>
    public static IReadOnlyList<string> DefaultPaths()
    {
        var list = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(list)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
    }

    public static KubeConfig Load(IReadOnlyList<string>? paths = null)
    {
        var wanted = paths ?? DefaultPaths();
        var files = wanted.Where(File.Exists).Select(Read).ToArray();
        return files.Length > 0
            ? new KubeConfig(files)
            : throw new KubeConfigException($"no kubeconfig found; looked at {string.Join(", ", wanted)}");
    }

    internal KubeConfigNode? Find(string kind, string name)
    {
        var key = kind == "contexts" ? "context" : kind == "clusters" ? "cluster" : "user";
        return _files.SelectMany(file => file.Items(kind)).Where(item => item.Text("name") == name)
            .Select(item => item.Child(key)).FirstOrDefault();
    }

    private static KubeConfigNode Read(string path)
    {
        try
        {
            var yaml = new YamlStream();
            using var reader = new StreamReader(path);
            yaml.Load(reader);
            return yaml.Documents is [{ RootNode: YamlMappingNode root }, ..]
                ? new KubeConfigNode(root, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/")
                : throw new KubeConfigException($"{path} is no kubeconfig: its root is not a mapping");
        }
        catch (YamlException e)
        {
            // The parser's text may quote the line, and the line may hold a token: only the place is told.
            throw new KubeConfigException($"{path} is no YAML: line {e.Start.Line}, column {e.Start.Column}");
        }
    }
}
