using PlatformGitOps.Generator.Apps;

namespace PlatformGitOps.Generator.Definition;

/// <summary>A patch of the user's own.</summary>
/// <param name="Text">A strategic merge patch, or a JSON patch where there is a target.</param>
/// <param name="TargetKind">The kind of the objects it changes; null if the patch itself names its object.</param>
/// <param name="TargetName">The name of the object; null for all of the kind.</param>
public sealed record UserPatch(string Text, string? TargetKind, string? TargetName)
{
    // Objects that Flux applies itself; Helm applies every other object of an application with a chart.
    private static readonly string[] KindsOfTheLayer =
    [
        "HelmRelease", "HelmRepository", "OCIRepository", "PodDisruptionBudget", "PrometheusRule", "NetworkPolicy", "CiliumNetworkPolicy",
    ];

    internal static UserPatch Bind(Section section) => new(
        section.Required("patch", Forms.Patch, "A strategic merge patch, or a JSON patch where there is a target."),
        section.Optional("kind", Forms.Line with { Example = "Deployment" }, "The kind of its target.",
            absent: "what the patch itself names"),
        section.Optional("name", Forms.Line with { Example = "coredns" }, "The name of its target.", absent: "each of the kind"));

    /// <summary>The kind of the objects that the patch changes.</summary>
    public string? Kind => TargetKind ?? (Content as Mapping)?.TextAt("kind");

    /// <summary>True if Helm makes the objects, so that the patch must go into the HelmRelease.</summary>
    public bool IsForHelm => !KindsOfTheLayer.Contains(Kind);

    public Node Content =>
        YamlReader.Read("", Text, YamlOptions.Tree).Documents is [var content, ..] ? content : Scalar.Null;

    /// <summary>The entry of kustomize's <c>patches</c>.</summary>
    public Mapping ToNode() => new()
    {
        // kustomize reads a list in brackets as JSON.
        { "patch", Content is Sequence operations ? YamlWriter.WriteFragment(operations) : Text },
        { "target", TargetKind is null ? null : new Mapping { { "kind", TargetKind }, { "name", TargetName } } },
    };
}

/// <summary>A cluster's own values and patches, by the names of the applications.</summary>
public sealed record Adjustments
{
    public static readonly Adjustments None = new();

    /// <summary>Helm values that override the tree's, by the keys of the charts.</summary>
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
