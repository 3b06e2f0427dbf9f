using PlatformGitOps.Generator.Apps;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>The repository, Flux and the charts.</summary>
internal static partial class SourceRules
{
    // HelmRelease v2, which drift detection and the history limit need, is served from Flux 2.3; Flux 3 may serve other versions.
    private static readonly SemVer OldestFlux = SemVer.Parse("2.3.0");
    private static readonly SemVer TooNewFlux = SemVer.Parse("3.0.0-0");

    // source-controller 1.4.0 added proxySecretRef to OCIRepository (its changelog); GitRepository has it since before Flux 2.3.
    private static readonly SemVer OciProxy = SemVer.Parse("2.4.0");

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);

    private static readonly Cidr[] Private =
    [
        Cidr.Parse("10.0.0.0/8"), Cidr.Parse("172.16.0.0/12"), Cidr.Parse("192.168.0.0/16"), Cidr.Parse("100.64.0.0/10"),
            Cidr.Parse("127.0.0.0/8"),
        Cidr.Parse("fc00::/7"), Cidr.Parse("::1/128"),
    ];

    private static readonly string[] PrivateEndings = [".svc", ".cluster.local", ".internal", ".local", ".lan", ".home.arpa"];

    public static string FluxFix { get; } = $"Write a version from {OldestFlux} on, below 3.0.0.";

    public static bool Serves(SemVer flux) => flux >= OldestFlux && flux < TooNewFlux;

    public static void Check(Platform platform, SectionReader at)
    {
        CheckRepository(platform.Repository, at);
        if (!Serves(platform.Flux.Version))
        {
            at.Report(DefinitionRules.FluxVersion, "flux.version",
                $"Flux {platform.Flux.Version} does not serve the API versions that the tree uses.",
                FluxFix);
        }

        foreach (var chart in AppList.All.Select(app => app.Chart).OfType<AppChart>())
        {
            CheckChart(platform.Charts[chart.Key], chart.Publisher, at.At($"charts.{chart.Key}"));
            CheckAccess(platform.Flux.Version, platform.Charts[chart.Key], at.At($"charts.{chart.Key}"));
        }
    }

    private static void CheckRepository(SourceRepository repository, SectionReader at)
    {
        var (scheme, isOci) = (new Uri(repository.Url).Scheme, repository.Kind == SourceKind.Oci);
        if (isOci ? scheme != "oci" : scheme is not ("https" or "ssh"))
        {
            at.Report(DefinitionRules.UrlScheme, "repository.url",
                $"The scheme {scheme}:// does not go with a source of kind {(isOci ? "oci" : "git")}.",
                isOci ? "Write an oci:// URL."
                    : "Write an https:// or an ssh:// URL; over plain http:// an attacker on the way can change what is deployed.",
                "repository.kind");
        }

        else if (isOci && OciPath().Match(repository.Url) is { Success: false })
        {
            at.Report(DefinitionRules.UrlForm, "repository.url",
                "The address of an OCI repository has small letters, and no tag or digest behind it: Flux refuses it.",
                $"Write {repository.Url.Split("://")[0]}://{OciEnd().Replace(repository.Url.Split("://")[1], "").ToLowerInvariant()}, "
                    + "and the tag as 'tag:'.",
                "repository.kind");
        }

        if (isOci && at.Has("repository.branch"))
        {
            at.Report(DefinitionRules.RefOciBranch, "repository.branch", "An OCI artifact has tags, but no branches.",
                "Write 'tag:' instead of 'branch:'.", "repository.kind");
        }
        else if (at.Has("repository.branch") && at.Has("repository.tag"))
        {
            at.Report(DefinitionRules.RefBoth, "repository.tag", "A branch and a tag are given; Flux follows one.",
                "Keep 'branch' or 'tag'.", "repository.branch");
        }

        if (scheme == "ssh" && !isOci && !at.Has("repository.secretName"))
        {
            at.Report(DefinitionRules.SshSecret, "repository.url",
                "An ssh:// repository cannot be read without a key.",
                "Add 'secretName:' with the Secret in flux-system that holds identity and known_hosts.",
                "repository.kind");
        }

        if (repository.CertificateSecret is not null && !isOci)
        {
            at.Report(DefinitionRules.SourceCertificates, "repository.certSecretName",
                "A Git source has no certSecretRef: Flux reads ca.crt from the Secret with the credentials.",
                "Put ca.crt into the Secret of 'secretName', and delete the key.", "repository.kind");
        }

        CheckSigner(repository, at);
        if (repository.Interval.Span < ShortestInterval)
        {
            at.Report(DefinitionRules.IntervalShort, "repository.interval",
                $"An interval of {repository.Interval} is shorter than Git hosts and registries allow.",
                "Write 30s or more; a Flux Receiver brings changes at once.");
        }
    }

    private static void CheckAccess(SemVer flux, ChartPin chart, SectionReader at)
    {
        var isOci = chart.Source == ChartSource.Oci;
        if (chart.Access.Proxy is not null && (!isOci || flux < OciProxy))
        {
            at.Report(DefinitionRules.SourceProxy, "proxySecretName", isOci
                    ? $"Flux {flux} has no proxy for an OCI source; {OciProxy} was the first that has."
                    : "Flux has no proxy for an HTTP chart repository.",
                isOci ? "Delete it, or raise flux.version." : "Take the chart from an OCI registry, or set HTTPS_PROXY in "
                        + "source-controller.");
        }
    }

    private static void CheckSigner(SourceRepository repository, SectionReader at)
    {
        if (repository.Verify is not { } signer)
        {
            return;
        }

        var isOci = repository.Kind == SourceKind.Oci;
        var (path, problem, fix) = signer switch
        {
            { Identity: not null } when !isOci => ("repository.verify.issuer", "A Git source has no keyless signature.",
                "Write 'secretName:' with the public keys."),
            { SecretName: null, Identity: null } => ("repository.verify", "Nothing says whose signature the source must carry.",
                isOci ? "Write 'secretName:' with the public keys, or 'issuer:' and 'subject:'."
                    : "Write 'secretName:' with the public keys."),
            { Identity: { } identity } when identity.Issuer.Length == 0 || identity.Subject.Length == 0 => ("repository.verify",
                "A keyless signature is known by issuer and subject together.", "Write both."),
            _ when isOci && at.Has("repository.verify.signed") => ("repository.verify.signed", "An OCI artifact is signed as a whole.",
                "Delete it."),
            _ when !isOci && signer.Mode != "HEAD" && repository.Tag is null => ("repository.verify.signed",
                "A branch is followed, and only its commits can be signed.", "Write HEAD, or follow a tag."),
            _ => ("", "", ""),
        };
        if (path.Length > 0)
        {
            at.Report(DefinitionRules.SourceVerify, path, problem, fix, "repository.kind");
        }
    }

    private static void CheckChart(ChartPin chart, ChartPublisher publisher, SectionReader at)
    {
        if (publisher.Oldest is { } oldest && chart.Version < oldest)
        {
            at.Report(DefinitionRules.ChartVersion, "version",
                $"The chart version {chart.Version} is older than {publisher.Oldest}, for which the values are written.",
                $"Write {publisher.Oldest} or later.");
        }

        if (at.Has("url"))
        {
            CheckUrl(new Uri(chart.Url), chart.Source, at);
        }

        if (chart.Source == ChartSource.Http && at.Has("digest"))
        {
            at.Report(DefinitionRules.DigestHttp, "digest",
                "A digest can be pinned with an OCI source only, and this chart comes from an HTTP repository.", OciFix, "version",
                    "source", "url");
        }

        if (chart.Source == ChartSource.Http && at.Has("verify"))
        {
            at.Report(DefinitionRules.VerifyHttp, "verify",
                "A signature can be verified with an OCI source only, and this chart comes from an HTTP repository.", OciFix, "version",
                    "source", "url");
        }
    }

    private const string OciFix = "Write 'source: oci' (with a version that is in the registry), or delete this key.";

    private static void CheckUrl(Uri url, ChartSource source, SectionReader at)
    {
        if (source == ChartSource.Oci ? url.Scheme != "oci" : url.Scheme is not ("https" or "http"))
        {
            at.Report(DefinitionRules.UrlScheme, "url",
                $"The scheme {url.Scheme}:// does not go with the chart source {(source == ChartSource.Oci ? "oci" : "http")}.",
                source == ChartSource.Oci ? "Write an oci:// URL that ends in the chart's name."
                    : "Write the https:// URL of the chart repository.",
                "version",
                "source");
        }
        else if (url.Scheme == "http" && !IsPrivate(url.Host))
        {
            at.Report(DefinitionRules.UrlScheme, "url",
                "Over plain http:// on a public network an attacker on the way can change what is deployed.",
                "Write https://; http:// is for mirrors with a private address or name.",
                "version",
                "source");
        }
    }

    private static bool IsPrivate(string host) => IPAddress.TryParse(host.Trim('[', ']'), out var address)
        ? Private.Any(range => range.Contains(address))
        : !host.Contains('.')
            || PrivateEndings.Any(ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    // distribution/reference: the host may have capitals, a path may not.
    [GeneratedRegex(
        @"^oci://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+/?$", RegexOptions.CultureInvariant)]
    private static partial Regex OciPath();

    /// <summary>A tag or a digest.</summary>
    [GeneratedRegex(@"(:[^/:@]*)?(@[^/]*)?(?<=/[^/]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex OciEnd();
}
