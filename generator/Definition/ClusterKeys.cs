using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition;

/// <summary>How the addresses of Services are served on the nodes.</summary>
public enum KubeProxyMode
{
    Iptables,
    Nftables,
    Ipvs,

    /// <summary>Without kube-proxy: the network plugin does it.</summary>
    None,
}

/// <summary>The second address family of a dual-stack cluster.</summary>
public sealed record SecondRanges(Cidr Pods, Cidr Services, Cidr? Nodes)
{
    internal static SecondRanges Bind(Section section) => new(
        section.Required("pods", Forms.Range with { Example = "fd00:10:244::/56" }, "The second range of the pods.", perCluster: true),
        section.Required("services", Forms.Range with { Example = "fd00:10:245::/112" }, "The second range of the services.",
            perCluster: true),
        section.Optional("nodes", Forms.Range with { Example = "fd00:10:10::/64" }, "The second range of the nodes.", perCluster: true));
}

/// <summary>What one cluster pins for itself, so that a change reaches it before or after the others.</summary>
public sealed record ClusterPins
{
    public static readonly ClusterPins None = new();

    /// <summary>The versions of charts, by their keys, that differ from the platform's.</summary>
    public ImmutableDictionary<string, SemVer> Charts { get; init; } = ImmutableDictionary<string, SemVer>.Empty;

    /// <summary>Null for the platform's.</summary>
    public SemVer? Flux { get; init; }

    /// <summary>Null for the platform's branch or tag.</summary>
    public (string? Branch, string? Tag)? Reference { get; init; }

    /// <summary>What a shared folder of a chart is called after its name, where a cluster pins another version than the platform.</summary>
    public string FolderEnding(string chart) =>
        (Charts.TryGetValue(chart, out var version) ? $"-{version}" : "") + (Flux is null ? "" : $"-flux-{Flux}");
}

/// <summary>How Flux acts in one cluster.</summary>
public sealed record FluxAccess
{
    public static readonly FluxAccess Full = new();

    /// <summary>The Secret in flux-system with the SOPS keys; null where nothing is encrypted.</summary>
    public DomainName? DecryptionSecret { get; init; }

    /// <summary>The ServiceAccount that Flux acts as; null for Flux's own rights.</summary>
    public DnsLabel? ServiceAccount { get; init; }
}

/// <summary>A toleration of a node's taint.</summary>
public sealed record Toleration(string? Key, string? Value, string? Effect)
{
    private static readonly Words<string> Effects =
        new(("all", ""), ("NoSchedule", "NoSchedule"), ("PreferNoSchedule", "PreferNoSchedule"), ("NoExecute", "NoExecute"));

    internal static Toleration Bind(Section section) => new(
        section.Optional("key", Forms.LabelKey with { Example = "dedicated" }, "The taint's key.", absent: "every taint"),
        section.Optional("value", Forms.LabelValue with { Example = "dns" }, "The taint's value.", absent: "any"),
        section.Choice("effect", "", Effects, "The taint's effect.") is { Length: > 0 } effect ? effect : null);

    public Mapping ToNode() => new()
    {
        { "key", Key },
        { "operator", Value is null ? "Exists" : "Equal" },
        { "value", Value },
        { "effect", Effect },
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
            "The registry that mirrors the public images under their own paths."),
        PullSecrets = section.List("pullSecrets", Forms.Name with { Example = "registry-credentials" }, (0, 10, DefinitionRules.ItemCount),
            "The Secrets in kube-system with the registry's credentials.") ?? [],
        NodeSelector = Pairs(section, "nodeSelector",
            "The labels of the nodes that the tree's pods run on; those of a DaemonSet run on every node.",
            Forms.LabelValue with { Example = "infra" }),
        Tolerations = section.Each("tolerations",
            "Taints that the tree's pods tolerate beside the usual ones; those of a DaemonSet tolerate every taint.", 20,
            Toleration.Bind),
        Labels = Pairs(section, "labels", "Labels of every object that the tree brings.", Forms.LabelValue with { Example = "platform" }),
        Annotations = Pairs(section, "annotations", "Annotations of every object that the tree brings.",
            Forms.Line with { Example = "platform-team@example.com" }),
    };

    /// <summary>A public image at the mirror.</summary>
    public string ImageAt(string image) => ImageRegistry is null ? image
        : image.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && image.AsSpan(0, slash).ContainsAny('.', ':')
            ? $"{ImageRegistry}/{image[(slash + 1)..]}"
            : $"{ImageRegistry}/{image}";

    private static ImmutableArray<(string Key, string Value)> Pairs(Section section, string name, string description,
        TextShape<string> value) =>
        [
            .. section.Keyed(name, description, ("key", Forms.LabelKey with { Example = "team" }),
                (pairs, key) => pairs.Required(key, value, "Its value.")),
        ];
}

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
        YamlReader.Read("", Encoding.UTF8.GetBytes(Text), YamlOptions.Tree).Documents is [var content, ..] ? content : Scalar.Null;

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
            .ToImmutableDictionary(app => app.Name, app => patches.Each(app.Name, $"Patches of {app.Name}.", 50, UserPatch.Bind))),
    };

    private static IEnumerable<AppChart> Charts() => AppList.All.Select(app => app.Chart).OfType<AppChart>();
}

/// <summary>Where Flux in a cluster tells what it did or could not do: a Provider and an Alert.</summary>
/// <param name="Name">The name of both objects.</param>
/// <param name="Type">The kind of receiver, as notification-controller calls it.</param>
/// <param name="Address">Where it listens; null where the Secret says it.</param>
/// <param name="Channel">For receivers that have channels.</param>
/// <param name="SecretName">The Secret in flux-system with <c>address</c> or <c>token</c>; null for none.</param>
/// <param name="Severity">error, or info for everything.</param>
public sealed record NotificationSettings(
    DnsLabel Name, string Type, string? Address, string? Channel, DomainName? SecretName, string Severity)
{
    /// <summary>Whoever knows the address of such a webhook can post: the address belongs into a Secret.</summary>
    public static readonly IReadOnlySet<string> SecretAddresses =
        new HashSet<string>(StringComparer.Ordinal) { "slack", "discord", "msteams", "rocket", "googlechat", "lark" };

    // What reports an event as it is. Receivers that comment on pull requests or start pipelines need more than an address.
    private static readonly Words<string> Types = new([.. new[]
    {
        "alertmanager", "azuredevops", "bitbucket", "datadog", "discord", "generic", "generic-hmac", "gitea", "github", "gitlab",
        "googlechat", "grafana", "lark", "matrix", "msteams", "nats", "opsgenie", "pagerduty", "rocket", "sentry", "slack",
        "telegram", "webex",
    }.Select(type => (type, type))]);

    private static readonly Words<string> Severities = new(("error", "error"), ("info", "info"));

    internal static NotificationSettings Bind(Section section) => new(
        section.Required("name", Forms.Label with { Example = "on-call" }, "The name of the Provider and the Alert."),
        section.Required("type", Types, "The kind of receiver."),
        section.Optional("address", Forms.Url with { Example = "https://alertmanager.example.com/api/v2/alerts/" },
            "Where it listens. The address of a webhook is a credential: put that into the Secret."),
        section.Optional("channel", Forms.Line with { Example = "alerts" }, "The channel, room or chat, for receivers that have any."),
        section.Optional("secretName", Forms.Name with { Example = "on-call-webhook" },
            "The Secret in flux-system with address or token."),
        section.Choice("severity", "error", Severities, "What is reported: failures alone, or everything."));
}
