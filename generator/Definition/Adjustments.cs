using PlatformGitOps.Generator.Apps;

namespace PlatformGitOps.Generator.Definition;

/// <summary>A patch of the user's own.</summary>
/// <param name="Text">A strategic merge patch, or a JSON patch where there is a target.</param>
/// <param name="TargetKind">Which kind of object it changes; null where the patch names its object.</param>
/// <param name="TargetName">Which object; null for each of the kind.</param>
public sealed record UserPatch(string Text, string? TargetKind, string? TargetName)
{
    // What Flux applies itself; every other object of an application with a chart is Helm's.
    private static readonly string[] OfTheLayer =
    [
        "HelmRelease", "HelmRepository", "OCIRepository", "PodDisruptionBudget", "PrometheusRule", "NetworkPolicy", "CiliumNetworkPolicy",
    ];

    internal static UserPatch Bind(Section section) => new(
        section.Required("patch", Forms.Patch, "A strategic merge patch, or a JSON patch where there is a target."),
        section.Optional("kind", Forms.Line with { Example = "Deployment" }, "The kind of its target.",
            absent: "what the patch itself names"),
        section.Optional("name", Forms.Line with { Example = "coredns" }, "The name of its target.", absent: "each of the kind"));

    /// <summary>The kind of the objects that it changes.</summary>
    public string? Kind => TargetKind ?? (Content as Mapping)?.TextAt("kind");

    /// <summary>True where Helm makes the objects, so that the release has to be given the patch.</summary>
    public bool IsForHelm => !OfTheLayer.Contains(Kind);

    public Node Content =>
        YamlReader.Read("", Text, YamlOptions.Tree).Documents is [var content, ..] ? content : Scalar.Null;

    /// <summary>As an entry of kustomize's <c>patches</c>.</summary>
    public Mapping ToNode() => new()
    {
        // kustomize reads a list in brackets as JSON.
        { "patch", Content is Sequence operations ? YamlWriter.WriteFragment(operations) : Text },
        { "target", TargetKind is null ? null : new Mapping { { "kind", TargetKind }, { "name", TargetName } } },
    };
}

/// <summary>What a cluster changes in the applications of the tree, by their names.</summary>
public sealed record Adjustments
{
    public static readonly Adjustments None = new();

    /// <summary>Values over ours, by the charts' keys.</summary>
    public ImmutableDictionary<string, Mapping> Values { get; init; } = ImmutableDictionary<string, Mapping>.Empty;

    public ImmutableDictionary<string, ImmutableArray<UserPatch>> Patches { get; init; } =
        ImmutableDictionary<string, ImmutableArray<UserPatch>>.Empty;

    internal static Adjustments Bind(Section section) => new()
    {
        Values = section.Mapping("values", "Values of charts, merged over the tree's own.", values => Charts()
            .Select(chart => (chart.Key, Node: values.Free(chart.Key, $"Values of the chart {chart.Key}.")))
            .Where(pair => pair.Node is not null)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Node!)),
        Patches = section.Mapping("patches", "Patches of kustomize, by the application whose objects they change.", patches => AppList.All
            .Where(app => app.HasLayer)
            .ToImmutableDictionary(app => app.Name, app => patches.MappingList(app.Name, $"Patches of {app.Name}.", 50, UserPatch.Bind))),
    };

    private static IEnumerable<AppChart> Charts() => AppList.All.Select(app => app.Chart).OfType<AppChart>();
}
