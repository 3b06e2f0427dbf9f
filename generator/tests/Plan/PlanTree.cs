using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>A tree that tests change by hand, as people and definitions do.</summary>
internal sealed record PlanTree(IReadOnlyDictionary<string, string> Files)
{
    public static PlanTree Of(Platform platform) => new(Tree.Build(platform).ToDictionary(file => file.Path, file => file.Text));

    /// <summary>A cluster's folder with this object, and one that nothing changes.</summary>
    public static PlanTree Of(string text) => new(new Dictionary<string, string>
    {
        ["kubernetes/clusters/one/object.yaml"] = text,
        ["kubernetes/clusters/one/other.yaml"] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}",
    });

    /// <summary>A plan as <c>plan</c> prints it.</summary>
    public static string Text(PlanResult result, bool verbose = false)
    {
        using var text = new StringWriter { NewLine = "\n" };
        PlanText.Render(result, text, verbose: verbose);
        return text.ToString();
    }

    public PlanTree With(string path, string text) =>
        new(Files.Where(file => file.Key != path).Append(KeyValuePair.Create(path, text)).ToDictionary());

    public PlanTree Without(string path) => new(Files.Where(file => file.Key != path).ToDictionary());

    /// <summary>Replaces a text that must be there.</summary>
    public PlanTree Edit(string path, string old, string now)
    {
        Files[path].ShouldContain(old, Case.Sensitive, path);
        return With(path, Files[path].Replace(old, now, StringComparison.Ordinal));
    }

    public PlanResult To(PlanTree after) => PlanRun.Compare(Source(), after.Source(), _ => true, CancellationToken.None);

    public SourceTree Source() => SourceTree.Of(Files.ToDictionary(file => file.Key, file => Encoding.UTF8.GetBytes(file.Value),
        StringComparer.Ordinal));
}
