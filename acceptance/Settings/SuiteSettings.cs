using System.Collections;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Acceptance.Settings;

/// <summary>
/// The settings of a run. Each is read from the environment (<c>ACCEPTANCE_NODE_IMAGE</c>) or else from the runsettings' test parameters
/// (<c>node-image</c>); docs/acceptance.md lists them.
/// </summary>
public sealed record SuiteSettings
{
    /// <summary>How the setting of a cluster's context begins.</summary>
    public const string OfAContext = "context-";

    // Lazy, so that each use throws the reason itself and not that a type cannot be initialized.
    private static readonly Lazy<SuiteSettings> OfThisRun = new(() =>
    {
        UnknownSettings.Refuse(SettingSource.Names, Repository.Tree.Clusters);
        return Read(SettingSource.Setting, Repository.Tree.Clusters);
    });

    /// <exception cref="SettingException">A setting has an unknown name, or a value that it cannot have.</exception>
    public static SuiteSettings Current => OfThisRun.Value;

    /// <summary>The kind of clusters: auto, kind, k3s, existing or none.</summary>
    public ClusterChoice Cluster { get; init; } = ClusterChoice.Auto;

    /// <summary>The kind node image; null for the default of the installed kind.</summary>
    public string? NodeImage { get; init; }

    public string K3sImage { get; init; } = "rancher/k3s:v1.32.5-k3s1";

    /// <summary>The kubeconfig context of each existing cluster.</summary>
    public IReadOnlyDictionary<string, string> Contexts { get; init; } = new Dictionary<string, string>();

    public string? KubeConfig { get; init; }

    /// <summary>
    /// The chart's repository (https://), OCI reference (oci://), archive, folder, or folder of archives; null for the definition's.
    /// </summary>
    public string? Chart { get; init; }

    /// <summary>The coredns chart to which the criterion Upgrade goes, and back; null skips it.</summary>
    public SemVer? UpgradeTo { get; init; }

    /// <summary>The CoreDNS version that the criterion Upgrade then sets as the image's tag; null keeps the tag.</summary>
    public SemVer? UpgradeImage { get; init; }

    /// <summary>A folder with the monitoring.coreos.com CRDs; null for the chart that the definition pins.</summary>
    public string? Definitions { get; init; }

    /// <summary>How the tree is delivered; by default not at all to existing clusters.</summary>
    public DeliveryChoice Delivery { get; init; } = DeliveryChoice.Helm;

    /// <summary>True if checks may disrupt DNS; null allows it only on clusters that the suite created.</summary>
    public bool? MayDisrupt { get; init; }

    /// <summary>The policy API of the delivery: kubernetes, or cilium if the clusters have it.</summary>
    public NetworkPolicyFlavour NetworkPolicy { get; init; } = NetworkPolicyFlavour.Kubernetes;

    /// <summary>Manifests of a network plugin for kind clusters, which are then created without kind's own; null for kind's own.</summary>
    public string? NetworkPlugin { get; init; }

    /// <summary>
    /// How many clusters are tested at once, one for each processor. Two clusters on a busy machine with two processors passed every check
    /// without a lost query (docs/benchmarks-beside.md).
    /// </summary>
    public int ClustersAtOnce { get; init; } = Environment.ProcessorCount;

    /// <summary>Keeps the clusters after a failed run, for inspection.</summary>
    public bool KeepOnFailure { get; init; }

    /// <summary>Keeps the clusters after every run, for the next one.</summary>
    public bool KeepClusters { get; init; }

    /// <summary>Writes generated documents instead of comparing them, and records a complete run.</summary>
    public bool WriteDocuments { get; init; }

    /// <summary>Flux's install.yaml, a file or an https:// address; null for that of the pinned release on GitHub.</summary>
    public string? FluxManifests { get; init; }

    /// <summary>A file with the Secrets that the definition names, for clusters to which the suite delivers; null for none.</summary>
    public string? Secrets { get; init; }

    /// <summary>A factor for every time limit, for slow machines.</summary>
    public double BudgetScale { get; init; } = 1;

    /// <summary>The prefix of the names of created clusters, to avoid collisions.</summary>
    public string Prefix { get; init; } = "acceptance-";

    /// <summary>The number of worker nodes of a kind cluster.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Images on this machine that must be loaded into the clusters' nodes.</summary>
    public IReadOnlyList<string> Preload { get; init; } = [];

    /// <summary>An image with a shell and nc, for tests of the container engine.</summary>
    public string SmallImage { get; init; } = "busybox:1.36";

    public string VictoriaMetricsImage { get; init; } = "victoriametrics/victoria-metrics:v1.145.0";

    public string VmalertImage { get; init; } = "victoriametrics/vmalert:v1.145.0";

    /// <summary>The interval of each prober's queries on each transport.</summary>
    public TimeSpan ProbeCadence { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The prober of acceptance/prober with glibc's resolver.</summary>
    public string ProberImage { get; init; } = "platform-gitops/prober:glibc";

    /// <summary>acceptance/prober/musl: its resolver part with musl.</summary>
    public string ProberMuslImage { get; init; } = "platform-gitops/prober:musl";

    /// <summary>The DNS health controller's image, built by controller/build-image.</summary>
    public string ControllerImage { get; init; } = "platform-gitops/dns-health-controller:local";

    /// <summary>The image of a substrate's host, built by acceptance/host/build-image.</summary>
    public string SubstrateHostImage { get; init; } = "platform-gitops/substrate-host:local";

    /// <summary>The images that must be on this machine for clusters that the suite makes; a check that lacks one is skipped.</summary>
    public IReadOnlyList<string> Images => [ProberImage, ProberMuslImage, ControllerImage, SmallImage, VictoriaMetricsImage, VmalertImage];

    /// <summary>The names of all settings, including those of one cluster.</summary>
    public static IReadOnlyList<string> Names(string cluster)
    {
        List<string> asked = ["definition"];
        Read(
            name =>
            {
                asked.Add(name);
                return null;
            },
            [cluster]);
        return [.. asked.Distinct()];
    }

    /// <param name="setting">Returns the value of a setting by name; null if it is not set.</param>
    /// <param name="clusters">The names of the definition's clusters.</param>
    public static SuiteSettings Read(Func<string, string?> setting, IReadOnlyList<string> clusters)
    {
        var defaults = new SuiteSettings();
        var chosen = Chosen(setting("clusters"), clusters);
        if (chosen.Except(clusters).FirstOrDefault() is { } unknown)
        {
            throw new SettingException($"The setting clusters has '{unknown}', a cluster that the definition does not have. "
                + UnknownSettings.Advice(unknown, clusters));
        }

        var cluster = Choice("cluster", defaults.Cluster);
        var contexts = chosen
            .Select(role => (role, context: setting(OfAContext + role)))
            .Where(pair => pair.context is not null)
            .ToDictionary(pair => pair.role, pair => pair.context!);
        if (cluster is ClusterChoice.Kind or ClusterChoice.K3s && contexts.Count > 0)
        {
            throw new SettingException($"The setting cluster is {cluster.ToString().ToLowerInvariant()}, and "
                + $"{OfAContext}{contexts.Keys.First()} names a cluster that exists. Unset one of them.");
        }

        var foreign = cluster == ClusterChoice.Existing || (cluster == ClusterChoice.Auto && contexts.Count > 0);
        // Nobody else's registry may answer for an image that only this machine has.
        var published = foreign || Repository.IsPacked;
        return new SuiteSettings
        {
            Cluster = cluster,
            NodeImage = setting("node-image"),
            K3sImage = setting("k3s-image") ?? defaults.K3sImage,
            Contexts = contexts,
            KubeConfig = setting("kubeconfig"),
            Chart = setting("chart"),
            UpgradeTo = Version("upgrade-to", "1.46.2"),
            UpgradeImage = Version("upgrade-image", "1.14.7"),
            Definitions = setting("definitions"),
            Delivery = Choice("delivery", foreign ? DeliveryChoice.None : defaults.Delivery),
            MayDisrupt = setting("may-disrupt") is null ? null : Flag("may-disrupt"),
            NetworkPolicy = Choice("network-policy", defaults.NetworkPolicy),
            NetworkPlugin = setting("network-plugin"),
            ClustersAtOnce = Whole("clusters-at-once", defaults.ClustersAtOnce),
            KeepOnFailure = Flag("keep-on-failure"),
            KeepClusters = Flag("keep-clusters"),
            WriteDocuments = Flag("write-documents"),
            FluxManifests = setting("flux-manifests"),
            Secrets = setting("secrets"),
            BudgetScale = Number("budget-scale", defaults.BudgetScale),
            Prefix = setting("prefix") ?? defaults.Prefix,
            Workers = Whole("workers", defaults.Workers),
            Preload = List(setting("preload")) ?? [],
            SmallImage = setting("small-image") ?? defaults.SmallImage,
            VictoriaMetricsImage = setting("victoria-metrics-image") ?? defaults.VictoriaMetricsImage,
            VmalertImage = setting("vmalert-image") ?? defaults.VmalertImage,
            ProbeCadence = TimeSpan.FromMilliseconds(Number("probe-cadence", defaults.ProbeCadence.TotalMilliseconds)),
            ProberImage = setting("prober-image") ?? (published ? PublishedImage.Of("prober-glibc") : defaults.ProberImage),
            ProberMuslImage = setting("prober-musl-image") ?? (published ? PublishedImage.Of("prober-musl") : defaults.ProberMuslImage),
            ControllerImage = setting("controller-image") ?? (published ? PublishedImage.Controller : defaults.ControllerImage),
            SubstrateHostImage = setting("substrate-host-image") ?? defaults.SubstrateHostImage,
        };

        T Choice<T>(string name, T otherwise) where T : struct, Enum =>
            setting(name) is not { } value ? otherwise
            // By its name: the parser of enumerations takes numbers and lists too.
            : Enum.GetNames<T>().FirstOrDefault(known => known.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } known
                ? Enum.Parse<T>(known)
            : throw new SettingException(name, value, string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant());

        SemVer? Version(string name, string example) =>
            setting(name) is not { } value ? null
            : SemVer.TryParse(value, out var version, out _) ? version
            : throw new SettingException(name, value, $"a version such as {example}");

        bool Flag(string name) =>
            setting(name) is { } value
                && (bool.TryParse(value, out var flag) ? flag : throw new SettingException(name, value, "true, false"));

        int Whole(string name, int otherwise) =>
            setting(name) is not { } value ? otherwise
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new SettingException(name, value, "a whole number above 0");

        double Number(string name, double otherwise) =>
            setting(name) is not { } value ? otherwise
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number > 0 && double.IsFinite(number) ? number
            : throw new SettingException(name, value, "a number above 0");
    }

    /// <param name="setting">The setting clusters; null for all.</param>
    internal static IReadOnlyList<string> Chosen(string? setting, IReadOnlyList<string> defined) => List(setting) ?? defined;

    private static string[]? List(string? value) =>
        value?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The settings of this run, from environment and runsettings.</summary>
public static class SettingSource
{
    public const string Prefix = "ACCEPTANCE_";

    /// <summary>The names of all that is set: environment variables with the prefix, and the test parameters as such variables.</summary>
    public static IReadOnlyList<string> Names =>
    [
        .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Where(variable => variable.Value is string { Length: > 0 })
            .Select(variable => (string)variable.Key).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)),
        .. TestContext.Parameters.Names.Select(Variable),
    ];

    /// <summary>The environment variable of a setting.</summary>
    public static string Variable(string setting) => Prefix + setting.Replace('-', '_').ToUpperInvariant();

    public static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(Variable(name)) is { Length: > 0 } value ? value : TestContext.Parameters[name];
}

public enum ClusterChoice
{
    Auto,
    Kind,
    K3s,
    Existing,
    None,
}

public enum DeliveryChoice
{
    /// <summary>kustomize build, Flux's substitution, helm and kubectl apply.</summary>
    Helm,

    /// <summary>Flux controllers in the cluster reconcile the tree.</summary>
    Flux,

    /// <summary>Another tool delivers; the suite tests what runs.</summary>
    None,
}

public sealed class SettingException(string message) : Exception(message)
{
    public SettingException(string name, string value, string allowed) : this($"the setting {name} is '{value}'; it can be: {allowed}")
    {
    }
}
