using PlatformGitOps.Generator.Flux.Definitions;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Objects of Flux: checks that Flux's own CRDs do not have.</summary>
internal static class FluxObjectRules
{
    private const string UnknownKey = "flux-key-unknown";
    private const string UnknownWord = "flux-value-unknown";
    private const string Type = "flux-value-type";

    public static readonly LintRule Rule = LintRule.Of(
        "flux-object",
        Check,
        (UnknownKey, "The definition of this Flux object does not have the key, so that the API server refuses the object."),
        (UnknownWord, "The definition of this Flux object accepts other words here."),
        (Type, "The definition of this Flux object has another type here."));

    // TypeRules reports these in more detail.
    private static readonly string[] CheckedByTypeRules = ["spec.interval", "spec.timeout", "spec.prune", "spec.postBuild.substitute"];

    private static readonly NodeFact<JudgedObject> Judged = new();

    /// <summary>A later Flux may know more keys and values, so they are not findings.</summary>
    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var flux = cluster.Options.FluxVersion;
        return FluxDefinitions.IsLater(flux) ? []
            : from layer in cluster.Layers
              where !layer.IsRemote
              from index in Enumerable.Range(0, layer.Applied.Length)
              let resource = layer.Applied[index]
              where resource.Group.EndsWith(".toolkit.fluxcd.io", StringComparison.Ordinal)
              from finding in Known(resource, layer.Built[index].Body, flux)
              select finding;
    }

    /// <summary>Clusters share most objects, but each may have its own version of Flux.</summary>
    private static Finding[] Known(Manifest resource, Mapping built, SemVer flux) =>
        Judged.Known(resource.Body) is { } known && known.Flux == flux && ReferenceEquals(known.Built, built) ? known.Findings
            : Judged.Keep(resource.Body, new JudgedObject(flux, built, [.. Check(resource, built, flux)])).Findings;

    private static IEnumerable<Finding> Check(Manifest resource, Mapping built, SemVer flux) =>
        FluxDefinitions.Of(resource.ApiVersion, resource.Kind, flux) is not { } shape ? []
        : OfUrl(resource).Concat(OfValues(resource)).Concat(
          from problem in ShapeCheck.Check(resource.Body, shape)
          where !TypeRules.IsUnsubstituted(problem.Node) && !SopsText.Explains(resource.Body, problem)
              && !CheckedByTypeRules.Any(path => problem.Path.StartsWith(path, StringComparison.Ordinal))
          let finding = Of(resource, built, problem, flux)
          where finding is not null
          select finding with { File = resource.FileOf(problem.Node) });

    /// <summary>An SSH address in git's short form has no scheme, which the CRD requires.</summary>
    private static IEnumerable<Finding> OfUrl(Manifest resource)
    {
        if (resource is { Kind: "GitRepository" } && resource.Body.At("spec", "url") is Scalar { Value: var url }
            && !url.Contains("://") && !TypeRules.IsUnsubstituted(new Scalar(url)))
        {
            yield return Report.At(resource, ["spec", "url"], UnknownWord,
                $"'spec.url' of {resource.Id.Title} is '{Printable.Of(SecretText.Redact(url))}', which Flux refuses: it has no scheme.",
                url.Split(':') is [var host, var path] && host.Contains('@')
                    ? $"Write ssh://{Printable.Of(host)}/{Printable.Of(path)}." : "Write https://, http:// or ssh:// in front.");
        }
    }

    /// <summary>The CRD accepts any value here, but helm-controller cannot read it.</summary>
    private static IEnumerable<Finding> OfValues(Manifest resource)
    {
        if (resource.IsHelmRelease && resource.Body.At("spec", "values") is Scalar { IsNull: false } or Sequence
            && !TypeRules.IsUnsubstituted(resource.Body.At("spec", "values")!))
        {
            yield return Report.At(resource, ["spec", "values"], Type,
                $"'spec.values' of {resource.Id.Title} is {ScalarKind.Describe(resource.Body.At("spec", "values")!)}, not a mapping.",
                "Write keys below it, without '|' behind 'values:'.");
        }
    }

    private static Finding? Of(Manifest resource, Mapping built, ShapeProblem problem, SemVer flux) => problem.Kind switch
    {
        ShapeProblemKind.UnknownKey => Report.At(
            problem.Node, problem.Position, UnknownKey,
            $"{resource.Id.Title} has no '{problem.Path}' in Flux {flux}.",
            Suggestion.For(problem.Key, problem.Siblings) is { } near ? $"Did you mean '{near}'?"
                : FluxDefinitions.Of(resource.ApiVersion, resource.Kind, FluxDefinitions.Newest) is { } newest
                    && !ShapeCheck.Check(resource.Body, newest).Any(other => other.Path == problem.Path)
                    ? "Delete it, or use a later Flux." : "Delete it."),
        ShapeProblemKind.UnknownWord when IsExtended(resource, problem.Path) => OfOthers(resource, problem, flux),
        ShapeProblemKind.UnknownWord => Report.At(
            problem.Node, problem.Position, UnknownWord,
            $"'{problem.Path}' of {resource.Id.Title} is '{((Scalar)problem.Node).Value}', which Flux {flux} refuses.",
            $"Write {Listed(((ChoiceShape)problem.Shape).Words)}."),
        ShapeProblemKind.WrongType when TypeRules.Written(built, problem.Path) is Scalar written && TypeRules.IsUnsubstituted(written) =>
            TypeRules.Mismatch(problem, problem.Expected ?? "known here", written, Type),
        ShapeProblemKind.WrongType => Report.At(
            problem.Node, problem.Position, Type,
            $"'{problem.Path}' of {resource.Id.Title} is {ScalarKind.Describe(problem.Node)}, not {problem.Expected}.",
            $"Write {problem.Expected}."),
        _ => null,
    };

    /// <summary>The kinds in Events and webhooks: flux-operator and tofu-controller add their own to the CRDs.</summary>
    private static bool IsExtended(Manifest resource, string path) => (resource.Kind, path.Split('[')[0]) is
        ("Alert", "spec.eventSources") or ("Receiver", "spec.resources");

    /// <summary>Only a value that looks like a misspelling of one of Flux.</summary>
    private static Finding? OfOthers(Manifest resource, ShapeProblem problem, SemVer flux)
    {
        var word = ((Scalar)problem.Node).Value;
        if (Suggestion.For(word, ((ChoiceShape)problem.Shape).Words) is not { } near)
        {
            return null;
        }

        var finding = Report.At(
            problem.Node, problem.Position, UnknownWord,
            $"'{problem.Path}' of {resource.Id.Title} is '{word}', which Flux {flux} refuses unless its definition is patched.",
            $"Did you mean {near}?");
        return finding with { Severity = Severity.Warning };
    }

    private static string Listed(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    private sealed record JudgedObject(SemVer Flux, Mapping Built, Finding[] Findings);
}
