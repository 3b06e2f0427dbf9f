using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Definition;

/// <summary>A valid definition (<c>platform.yaml</c>), with all defaults filled in.</summary>
public sealed record Platform
{
    public required SourceRepository Repository { get; init; }

    public required FluxSettings Flux { get; init; }

    /// <summary>The charts of the applications, by their keys.</summary>
    public required ImmutableDictionary<string, ChartPin> Charts { get; init; }

    /// <summary>DNS servers on hosts, which clusters can refer to by name.</summary>
    public ImmutableArray<SubstrateSettings> Substrates { get; init; } = [];

    /// <summary>Known faults that are accepted until a date.</summary>
    public ImmutableArray<AcceptedFault> Accepted { get; init; } = [];

    public LintSettings Lint { get; init; } = LintSettings.None;

    /// <summary>In the order of the definition.</summary>
    public required ImmutableArray<Cluster> Clusters { get; init; }

    /// <summary>The paths of the files that the definition names, relative to its folder, in a stable order.</summary>
    public IEnumerable<string> ReferencedFiles =>
        Substrates.Select(substrate => substrate.RecordsFile).OfType<string>().Distinct().Order(StringComparer.Ordinal);

    public Platform WithChart(string key, ChartPin chart) => this with { Charts = Charts.SetItem(key, chart) };

    /// <summary>A copy with the versions, and the branch or tag, that one cluster pins.</summary>
    public Platform For(Cluster cluster) => this with
    {
        Charts = Charts.SetItems(cluster.Pins.Charts.Select(pin => KeyValuePair.Create(pin.Key, Charts[pin.Key].At(pin.Value,
            AppList.All.Select(app => app.Chart).OfType<AppChart>().First(chart => chart.Key == pin.Key).Publisher)))),
        Flux = cluster.Pins.Flux is { } version ? Flux.At(version) : Flux,
        Repository = cluster.Pins.Reference is var (branch, tag)
            ? Repository with { Branch = tag is null ? branch : null, Tag = tag } : Repository,
    };

    internal static Platform Bind(Section section)
    {
        var repository = section.Mapping("repository", "Where Flux fetches this tree from.", SourceRepository.Bind, required: true);
        var flux = section.Mapping("flux", "The Flux that runs in the clusters.", FluxSettings.Bind);
        var charts = section.Mapping("charts", "Which charts are delivered, and from where.", charts => AppList.All.Select(app => app.Chart)
            .OfType<AppChart>()
            .ToImmutableDictionary(chart => chart.Key, chart =>
                charts.Mapping(chart.Key, chart.Description, pin => ChartPin.Bind(pin, chart.Publisher))));
        var substrates = section.MappingList("substrates", $"DNS that runs on hosts, beside the clusters ({Docs.Page("substrate.md")}).",
            (1, 100, SubstrateRules.Count), SubstrateSettings.Bind);
        var accepted = section.MappingList("accepted", "Known faults of what is delivered that `versions` does not count until a day.",
            (1, 100, AcceptedRules.Count), AcceptedFault.Bind);
        var lint = section.Mapping(LintSettings.Key, $"What `lint` keeps back, and how much its rules weigh ({Docs.Page("lint.md")}).",
            LintSettings.Bind);
        var platform = new Platform
        {
            Repository = repository,
            Flux = flux,
            Charts = charts,
            Substrates = substrates,
            Accepted = accepted,
            Lint = lint,
            Clusters = [],
        };
        return platform with
        {
            Clusters = section.Entries(
                ("defaults", "What holds for every cluster that does not set it itself."),
                ("groups", "Named groups of clusters: the keys of defaults, for the clusters that name the group "
                    + $"({Docs.Page("definition.md#groups-and-one-cluster-before-the-others")})."),
                ("clusters", "The list of clusters."),
                (1, 10_000, DefinitionRules.ClustersCount),
                cluster => Cluster.Bind(cluster, platform).With(substrates)),
        };
    }
}

/// <summary>The kind of source that Flux fetches this tree from.</summary>
public enum SourceKind
{
    Git,
    Oci,
}

/// <summary>The source from which Flux fetches this tree.</summary>
public sealed partial record SourceRepository
{
    /// <summary>The product's runbook page for its alerts.</summary>
    public static string PublishedRunbooks { get; } = Docs.Page("alerts.md");

    private static readonly TextShape<string> FolderShape = Forms.Matching("platform", FolderForm(), new Fault(
        DefinitionRules.FolderForm,
        "is not a folder of the repository",
        "Write its path from the root, such as platform or teams/dns, without '.', '..' and a '/' at the ends."));

    private static readonly Words<SourceKind> Kinds = new(("git", SourceKind.Git), ("oci", SourceKind.Oci));

    public required SourceKind Kind { get; init; }

    /// <summary><c>https://</c> or <c>ssh://</c> for Git, <c>oci://</c> for OCI.</summary>
    public required string Url { get; init; }

    /// <summary>A Git branch; null where a tag is followed.</summary>
    public string? Branch { get; init; }

    /// <summary>A Git tag or an OCI tag; null where a branch is followed.</summary>
    public string? Tag { get; init; }

    /// <summary>The definition's folder, from the root of the source; null where it is the root.</summary>
    public string? Folder { get; init; }

    /// <summary>The runbook page of the alerts, without the anchor.</summary>
    public string Runbooks { get; init; } = PublishedRunbooks;

    public required Duration Interval { get; init; }

    /// <summary>The Secret in flux-system that holds the credentials.</summary>
    public DomainName? SecretName { get; init; }

    /// <summary>The Secret in flux-system with the CA of an OCI registry.</summary>
    public DomainName? CertificateSecret { get; init; }

    /// <summary>The Secret in flux-system with the address of a proxy.</summary>
    public DomainName? ProxySecret { get; init; }

    /// <summary>Who must have signed a commit, a tag or an artifact; null for nobody.</summary>
    public SourceSigner? Verify { get; init; }

    internal static SourceRepository Bind(Section section)
    {
        var kind = section.Choice("kind", SourceKind.Git, Kinds, "What Flux fetches this tree from: a Git repository or an OCI artifact.");
        var url = section.Required("url", Forms.Url, "https:// or ssh:// for Git, oci:// for OCI.");
        var branch = section.Optional("branch", Forms.Ref, "The Git branch to follow.", absent: "main, where no tag is written either");
        var tag = section.Optional("tag", Forms.Ref with { Example = "v1.0.0" }, "The Git or OCI tag to follow.",
            absent: "none for Git, latest for OCI");
        return new SourceRepository
        {
            Kind = kind,
            Url = url,
            Branch = kind == SourceKind.Git && tag is null ? branch ?? "main" : null,
            Tag = tag ?? (kind == SourceKind.Oci ? "latest" : null),
            Folder = section.Optional("path", FolderShape, "The definition's folder in the repository, from its root.", absent: "the root"),
            Interval = section.Text("interval", Forms.Interval, "1m", "How often Flux looks for a change."),
            SecretName = section.Optional(
                "secretName",
                Forms.Name with { Example = "platform-credentials" },
                "The Secret in flux-system with the credentials; ssh:// needs one."),
            CertificateSecret = SourceAccess.BindCertificates(section, "in flux-system, for OCI,"),
            ProxySecret = section.Optional("proxySecretName", Forms.Name with { Example = "proxy" },
                "The Secret in flux-system with the address of a proxy."),
            Verify = section.OptionalMapping("verify", "Whose signature the source must carry.", SourceSigner.Bind),
            Runbooks = section.Optional("runbooks", Forms.Url with { Example = "https://wiki.example.com/dns-alerts" },
                "The page that the alerts name as their runbook: '#' and the alert's name are added.",
                absent: "the product's page about alerts") ?? PublishedRunbooks,
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex FolderForm();
}

/// <summary>Who signs the source, and what.</summary>
/// <param name="SecretName">The Secret in flux-system with the public keys; null for a keyless signature.</param>
/// <param name="Mode">For Git: the commit, the tag or both.</param>
/// <param name="Identity">The identity of a keyless signature of an OCI artifact.</param>
public sealed record SourceSigner(DomainName? SecretName, string Mode, CosignIdentity? Identity)
{
    private static readonly Words<string> Modes = new(("HEAD", "HEAD"), ("Tag", "Tag"), ("TagAndHEAD", "TagAndHEAD"));

    internal static SourceSigner Bind(Section section)
    {
        var (issuer, subject) = (
            section.Optional("issuer", Forms.Expression, "OCI, without a key: the OIDC issuer, as an anchored regular expression."),
            section.Optional("subject", Forms.Expression,
                "OCI, without a key: the identity that signed, as an anchored regular expression."));
        return new SourceSigner(
            section.Optional("secretName", Forms.Name with { Example = "platform-keys" },
                "The Secret in flux-system with the public keys: PGP or SSH for Git, cosign for OCI."),
            section.Choice("signed", "HEAD", Modes, "Git: what is signed, the commit, the tag or both."),
            issuer is null && subject is null ? null : new CosignIdentity(issuer ?? "", subject ?? ""));
    }
}

/// <summary>The Flux version in the clusters: it decides API versions and how strict substitution is.</summary>
public sealed record FluxSettings
{
    private static readonly SemVer StrictFrom = new(2, 9, 0);

    public required SemVer Version { get; init; }

    /// <summary>True if an undefined variable fails the Kustomization instead of becoming an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>True if the definition sets the strictness, so that it does not follow from the version.</summary>
    public bool IsStrictnessWritten { get; init; }

    /// <summary>A copy for a cluster with its own Flux version.</summary>
    public FluxSettings At(SemVer version) => this with
    {
        Version = version,
        StrictSubstitution = IsStrictnessWritten ? StrictSubstitution : version >= StrictFrom,
    };

    internal static FluxSettings Bind(Section section)
    {
        var version = section.Text(
            "version", Forms.Version with { Example = "2.9.4" }, "2.9.4",
                "The Flux in the clusters; it decides API versions. 2.3.0 or later.");
        var strict = section.OptionalSwitch(
            "strictSubstitution", "Whether an undefined ${VARIABLE} fails the Kustomization.",
                absent: "true from Flux 2.9.0 on, false before");
        return new FluxSettings
        {
            Version = version,
            StrictSubstitution = strict ?? version >= StrictFrom,
            IsStrictnessWritten = strict is not null,
        };
    }
}
