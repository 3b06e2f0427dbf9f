namespace PlatformGitOps.Generator.Definition;

/// <summary>A toleration of a node's taint.</summary>
public sealed record Toleration(string? Key, string? Value, string? Effect)
{
    public const string Exists = "Exists", Equal = "Equal";

    /// <summary>The only effect that ends a pod that runs.</summary>
    public const string NoExecute = "NoExecute";

    private const int Year = 365 * 24 * 60 * 60;

    private static readonly Words<string> Operators = new((Exists, Exists), (Equal, Equal));

    private static readonly Words<string> Effects =
        new(("all", ""), ("NoSchedule", "NoSchedule"), ("PreferNoSchedule", "PreferNoSchedule"), (NoExecute, NoExecute));

    /// <summary>Null where the value decides.</summary>
    public string? Operator { get; init; }

    /// <summary>After how many seconds a pod leaves the node all the same; null where it stays.</summary>
    public int? Seconds { get; init; }

    internal static Toleration Bind(Section section)
    {
        var key = section.Optional("key", Forms.LabelKey with { Example = "dedicated" }, "The taint's key.", absent: "every taint");
        var word = section.Optional("operator", Operators, "Whether the taint's value counts: with Exists it does not.",
            absent: "Equal with a value, Exists without");
        var value = section.Optional("value", Forms.LabelValue with { Example = "dns" }, "The taint's value.", absent: "any");
        var effect = section.Choice("effect", "", Effects, "The taint's effect.");
        return new Toleration(key, value, effect.Length > 0 ? effect : null)
        {
            Operator = word,
            Seconds = section.OptionalNumber("tolerationSeconds", 0, Year,
                "With the effect NoExecute: after how many seconds a pod leaves the node all the same.", absent: "it stays"),
        };
    }

    public Mapping ToNode() => new()
    {
        { "key", Key },
        { "operator", Operator ?? (Value is null ? Exists : Equal) },
        { "value", Value },
        { "effect", Effect },
        { "tolerationSeconds", Seconds is { } seconds ? (Node)seconds : null },
    };
}

/// <summary>Where and how everything that the tree runs in one cluster runs.</summary>
public sealed record WorkloadSettings
{
    public static readonly WorkloadSettings Default = new();

    /// <summary>The registry, with a path or without, that mirrors the public images; null for the public ones.</summary>
    public string? ImageRegistry { get; init; }

    public ImmutableArray<DomainName> PullSecrets { get; init; } = [];

    public ImmutableArray<(string Key, string Value)> NodeSelector { get; init; } = [];

    /// <summary>Beside those of the tree.</summary>
    public ImmutableArray<Toleration> Tolerations { get; init; } = [];

    public ImmutableArray<(string Key, string Value)> Labels { get; init; } = [];

    public ImmutableArray<(string Key, string Value)> Annotations { get; init; } = [];

    internal static WorkloadSettings Bind(Section section) => new()
    {
        ImageRegistry = section.Optional("imageRegistry", Forms.Registry,
            "The registry that mirrors the public images under their own paths; an image key that names another repository stays as it is "
                + "written."),
        PullSecrets = section.List("pullSecrets", Forms.Name with { Example = "registry-credentials" }, (0, 10, DefinitionRules.ItemCount),
            "The Secrets in kube-system with the registry's credentials.") ?? [],
        NodeSelector = Pairs(section, "nodeSelector",
            "The labels of the nodes that the tree's pods run on; those of a DaemonSet run on every node.",
            Forms.LabelValue with { Example = "infra" }),
        Tolerations = section.MappingList("tolerations",
            "Taints that the tree's pods tolerate beside the usual ones; those of a DaemonSet tolerate every taint.", 20,
            Toleration.Bind),
        Labels = Pairs(section, "labels",
            "Labels of every object that a layer of the cluster applies, and of most objects and the pods of the chart coredns.",
            Forms.LabelValue with { Example = "platform" }),
        Annotations = Pairs(section, "annotations",
            "Annotations of every object that a layer of the cluster applies, and of most objects of the chart coredns; not of pods.",
            Forms.Line with { Example = "platform-team@example.com" }),
    };

    /// <summary>A public image at the mirror.</summary>
    public string ImageAt(string image) => ImageRegistry is null ? image
        : image.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && image.AsSpan(0, slash).ContainsAny('.', ':')
            ? $"{ImageRegistry}/{image[(slash + 1)..]}"
            : $"{ImageRegistry}/{image}";

    /// <summary>
    /// An image as a key has it: from the mirror where it is of the public repository, with whatever tag; another repository is the
    /// definition's own, and stays.
    /// </summary>
    public string ImageOf(string written, string standard) =>
        (RepositoryOf(written), RepositoryOf(standard)) is var (own, known) && Full(own) == Full(known)
            && ImageRegistry is not null ? ImageAt(known + written[own.Length..]) : written;

    /// <summary>True for an image that the definition wrote past the host of its mirror; a mirror may have a path for each registry.
    /// </summary>
    public bool BypassesMirror(string image) =>
        ImageRegistry is not null && Full(RepositoryOf(image)).Split('/')[0] != ImageRegistry.Split('/')[0];

    private static string RepositoryOf(string image)
    {
        var named = image.Split('@')[0];
        return named.LastIndexOf(':') is var colon && colon > named.LastIndexOf('/') ? named[..colon] : named;
    }

    private const string DockerHub = "docker.io";

    // Without a host an image is Docker Hub's, which has a second name, and what is there without a folder is in library.
    private static string Full(string repository)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var host = slash > 0 && repository[..slash] is var first && (first == "localhost" || first.AsSpan().ContainsAny('.', ':'))
            ? first : null;
        var path = host is null ? repository : repository[(slash + 1)..];
        return host is not (null or DockerHub or "index.docker.io") ? repository
            : path.Contains('/') ? $"{DockerHub}/{path}" : $"{DockerHub}/library/{path}";
    }

    private static ImmutableArray<(string Key, string Value)> Pairs(Section section, string name, string description,
        TextShape<string> value) =>
        [
            .. section.Keyed(name, description, ("key", Forms.LabelKey with { Example = "team" }),
                (pairs, key) => pairs.Required(key, value, "Its value.")),
        ];
}
