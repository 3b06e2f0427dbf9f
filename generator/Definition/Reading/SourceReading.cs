using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>The repository and Flux itself.</summary>
internal static class SourceReading
{
    private static readonly SemVer StrictFrom = SemVer.Parse("2.9.0");

    // HelmRelease v2, which drift detection and the history limit need, is served from Flux 2.3 on; Flux 3 may serve other versions.
    private static readonly SemVer Oldest = SemVer.Parse("2.3.0");
    private static readonly SemVer TooNew = SemVer.Parse("3.0.0-0");

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);

    /// <summary>Reads <c>repository</c>; null where a finding says why not.</summary>
    public static SourceRepository? ReadRepository(View repository, FindingList findings)
    {
        var (kind, url, interval) = (repository.Text("kind"), repository.Text("url"), repository.Value<Duration>("interval", Duration.TryParse));
        var (branch, tag, secret) = (repository.Text("branch"), repository.Text("tag"), repository.Value<DnsName>("secretName", DnsName.TryParse));
        var source = kind?.Value == "oci" ? SourceKind.Oci : SourceKind.Git;
        if (kind is not null && url is not null)
        {
            UrlRules.CheckRepository(url, source, findings);
        }

        if (kind is not null && source == SourceKind.Oci && branch is not null)
        {
            findings.Add(DefinitionRules.RefOciBranch, branch.Position,
                "An OCI artifact has tags, no branches.",
                "Write 'tag:' instead of 'branch:'.");
        }
        else if (branch is not null && tag is not null)
        {
            findings.Add(DefinitionRules.RefBoth, tag.Position, "A branch and a tag are given; Flux follows one.", "Keep 'branch' or 'tag'.");
        }

        if (url?.Value.StartsWith("ssh://", StringComparison.Ordinal) == true && source == SourceKind.Git && !repository.Has("secretName"))
        {
            findings.Add(DefinitionRules.SshSecret, url.Position,
                "An ssh:// repository cannot be read without a key.",
                "Add 'secretName:' with the Secret in flux-system that holds identity and known_hosts.");
        }

        if (interval is not null && interval.Value.Span < ShortestInterval)
        {
            findings.Add(DefinitionRules.IntervalShort, interval.Position,
                $"Every {interval.Value} is more often than Git hosts and registries bear.",
                "Write 30s or more; a Flux Receiver brings changes at once.");
        }

        return url is null || interval is null ? null : new SourceRepository
        {
            Kind = source,
            Url = url.Value,
            Branch = source == SourceKind.Git && tag is null ? branch?.Value ?? "main" : null,
            Tag = tag?.Value ?? (source == SourceKind.Oci ? "latest" : null),
            Interval = interval.Value,
            SecretName = secret?.Value,
        };
    }

    /// <summary>Reads <c>flux</c>; null where a finding says why not.</summary>
    public static FluxSettings? ReadFlux(View flux, FindingList findings)
    {
        var (version, strict) = (flux.Value<SemVer>("version", SemVer.TryParse), flux.Switch("strictSubstitution"));
        if (version is null)
        {
            return null;
        }

        if (version.Value < Oldest || version.Value >= TooNew)
        {
            findings.Add(DefinitionRules.FluxVersion, version.Position,
                $"Flux {version.Value} does not serve the API versions that the tree uses.",
                $"Write a version from {Oldest} on, below 3.0.0.");
        }

        return new FluxSettings { Version = version.Value, StrictSubstitution = strict?.Value ?? version.Value >= StrictFrom };
    }
}
