namespace PlatformGitOps.Generator.Definition;

/// <summary>The protocol by which a chart is fetched.</summary>
public enum ChartSource
{
    /// <summary>An HTTP chart repository with an index.</summary>
    Http,

    /// <summary>An OCI registry.</summary>
    Oci,
}

/// <summary>A keyless cosign signer, both parts as regular expressions, as Flux matches them.</summary>
/// <param name="Issuer">The OIDC issuer, for example <c>^https://token\.actions\.githubusercontent\.com$</c>.</param>
/// <param name="Subject">The identity, for example a workflow of a repository.</param>
public sealed record CosignIdentity(string Issuer, string Subject);

/// <summary>A chart, its version and its source.</summary>
public sealed record ChartPin
{
    private static readonly Words<ChartSource?> Sources = new(("auto", null), ("http", ChartSource.Http), ("oci", ChartSource.Oci));

    public required SemVer Version { get; init; }

    public required ChartSource Source { get; init; }

    /// <summary>For HTTP the repository's address; for OCI <c>oci://</c> with the chart's name at the end.</summary>
    public required string Url { get; init; }

    /// <summary><c>sha256:</c> and 64 hex digits of the OCI manifest (not of the chart archive); OCI only.</summary>
    public string? Digest { get; init; }

    /// <summary>Who must have signed the chart with cosign; OCI only.</summary>
    public CosignIdentity? Verify { get; init; }

    /// <summary>The Secrets that Flux uses to fetch it.</summary>
    public SourceAccess Access { get; init; } = SourceAccess.Open;

    /// <summary>True if the definition sets the source, so that it does not follow from the version.</summary>
    private bool IsPlaced { get; init; }

    /// <summary>Another version of the same chart.</summary>
    public ChartPin At(SemVer version, ChartPublisher publisher)
    {
        var source = IsPlaced ? Source : version < publisher.FirstInRegistry ? ChartSource.Http : ChartSource.Oci;
        return this with
        {
            Version = version,
            Source = source,
            Url = IsPlaced ? Url : source == ChartSource.Oci ? publisher.OciUrl : publisher.HttpUrl,
            Digest = null,
        };
    }

    internal static ChartPin Bind(Section section, ChartPublisher publisher)
    {
        var version = section.Text(
            "version", Forms.Version with { Example = publisher.Version.ToString() }, publisher.Version.ToString(), "The chart's version.");
        var source = section.Choice("source", publisher.Source, Sources,
            "An HTTP chart repository or an OCI registry; auto follows the url, else the first version that was published to OCI.");
        var url = section.Optional("url", Forms.Url with { Example = publisher.OciUrl },
            "A mirror; for http without the chart's name, for oci with it.", absent: "the publisher's");
        var digest = section.Optional("digest", Forms.Digest, "The digest of the OCI manifest (not of the chart archive); oci only.");
        var verify = section.OptionalMapping("verify", "Whose cosign signature the chart must carry; oci only.", signer =>
            new CosignIdentity(
            signer.Required("issuer", Forms.Expression, "The OIDC issuer of the signature, as an anchored regular expression."),
            signer.Required("subject", Forms.Expression, "The identity that signed, as an anchored regular expression.")));
        var access = SourceAccess.Bind(section, "in the source's namespace");
        var placed = source is not null || url is not null;
        source ??= url is not null ? (url.StartsWith("oci://", StringComparison.Ordinal) ? ChartSource.Oci : ChartSource.Http)
            : version < publisher.FirstInRegistry ? ChartSource.Http
            : ChartSource.Oci;
        return new ChartPin
        {
            Version = version,
            Source = source.Value,
            Url = url ?? (source == ChartSource.Oci ? publisher.OciUrl : publisher.HttpUrl),
            Digest = digest,
            Verify = verify,
            Access = access,
            IsPlaced = placed,
        };
    }
}

/// <summary>The Secrets that Flux uses to reach a source; null for none.</summary>
/// <param name="Credentials">User and password, or for OCI a docker config.</param>
/// <param name="Certificates">The CA of the server, and a client certificate if the server requires one.</param>
/// <param name="Proxy">The address of a proxy, and its user.</param>
public sealed record SourceAccess(DomainName? Credentials, DomainName? Certificates, DomainName? Proxy)
{
    public static readonly SourceAccess Open = new(null, null, null);

    internal static SourceAccess Bind(Section section, string where) => new(
        section.Optional("secretName", Forms.Name with { Example = "registry-credentials" }, $"The Secret {where} with the credentials."),
        BindCertificates(section, where),
        BindProxy(section, where));

    internal static DomainName? BindCertificates(Section section, string where) => section.Optional("certSecretName",
        Forms.Name with { Example = "registry-ca" }, $"The Secret {where} with the CA of the server: ca.crt, and tls.crt and tls.key.");

    internal static DomainName? BindProxy(Section section, string where) => section.Optional("proxySecretName",
        Forms.Name with { Example = "proxy" }, $"The Secret {where} with the address of a proxy; not for an HTTP chart repository.");
}

/// <summary>Where a chart's publisher keeps it, and which version is the default.</summary>
public sealed record ChartPublisher
{
    public required SemVer Version { get; init; }

    public required string HttpUrl { get; init; }

    public required string OciUrl { get; init; }

    /// <summary>The default of <c>source</c>; null for <c>auto</c>.</summary>
    public ChartSource? Source { get; init; }

    public SemVer FirstInRegistry { get; init; } = new(0, 0, 0);

    /// <summary>What <c>init</c> writes; null for <see cref="Version"/>.</summary>
    public SemVer? Starter { get; init; }

    /// <summary>Where a publisher offers a chart, and its default version.</summary>
    public SemVer? Oldest { get; init; }
}
