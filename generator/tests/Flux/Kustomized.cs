namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>Builds of the real kustomize, in kubectl; tests that need it are skipped if it is missing.</summary>
internal static class Kustomized
{
    /// <summary>The build of a folder on disk.</summary>
    public static YamlText Build(string folder)
    {
        var run = Run(folder);
        run.ShouldSucceed();
        return YamlReader.Read(folder, run.Output, YamlOptions.Tree);
    }

    /// <summary>The objects of a folder on disk, or why it is refused.</summary>
    public static (IReadOnlyList<Manifest>? Objects, string Refusal) TryBuild(string folder)
    {
        var run = Run(folder);
        return run.ExitCode != 0 ? (null, run.Error)
            : ([.. YamlReader.Read(folder, run.Output, YamlOptions.Tree).Documents.OfType<Mapping>()
                .Select(body => new Manifest(body, folder))], "");
    }

    private static ToolResult Run(string folder)
    {
        Needed();
        string[] arguments = ["kustomize", folder, "--load-restrictor", "LoadRestrictionsNone"];
        return ToolProcess.RunAsync(Tool.Kubectl.Find()!, arguments, new ToolOptions(), CancellationToken.None).GetAwaiter().GetResult();
    }

    public static string[] Canonical(IEnumerable<Manifest> resources) =>
        [.. resources.Select(resource => Canonical(resource.Body)).Order(StringComparer.Ordinal)];

    public static void ShouldBeSame(IEnumerable<Manifest> ours, YamlText theirs, string what)
    {
        theirs.Findings.ShouldBeEmpty(what);
        Canonical(ours).ShouldBe(theirs.Documents.Select(Canonical).Order(StringComparer.Ordinal), ignoreOrder: false, what);
    }

    /// <summary>Normalizes YAML: kustomize sorts keys and chooses its own quotes.</summary>
    private static string Canonical(Node node) => node switch
    {
        Mapping mapping => "{" + string.Join(',', mapping.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => $"{entry.Key}:{Canonical(entry.Value)}")) + "}",
        Sequence sequence => "[" + string.Join(',', sequence.Items.Select(Canonical)) + "]",
        Scalar { IsText: true, Value: var text } => $"'{text}'",
        Scalar { IsNull: true } => "null",
        Scalar { Value: var text } => PlainScalars.IsText(text) ? $"'{text}'" : Number(text),
        _ => "",
    };

    private static string Number(string text) => PlainScalars.Canonical(text) is var canonical
        && double.TryParse(canonical, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture) : canonical;

    public static void Needed()
    {
        if (Tool.Kubectl.Find() is null)
        {
            Assert.Ignore("kubectl is not on the PATH; install it to compare with the real kustomize.");
        }
    }
}
