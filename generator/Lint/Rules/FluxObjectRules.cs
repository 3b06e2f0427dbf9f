using System.Runtime.CompilerServices;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Definitions;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Objects of Flux beside the definitions that Flux itself publishes.</summary>
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

    // TypeRules says more about these.
    private static readonly string[] Elsewhere = ["spec.interval", "spec.timeout", "spec.prune", "spec.postBuild.substitute"];

    private static readonly ConditionalWeakTable<Mapping, Finding[]> Judged = [];

    /// <summary>A later Flux may know more keys and words, and lint cannot know which.</summary>
    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var flux = cluster.Options.FluxVersion;
        return (flux.Major, flux.Minor).CompareTo((FluxDefinitions.Newest.Major, FluxDefinitions.Newest.Minor)) > 0 ? []
            : cluster.Applied.Where(resource => resource.Group.EndsWith(".toolkit.fluxcd.io", StringComparison.Ordinal))
                .SelectMany(resource => Judged.GetValue(resource.Body, _ => [.. Check(resource, flux)]));
    }

    private static IEnumerable<Finding> Check(Manifest resource, SemVer flux) =>
        FluxDefinitions.Of(resource.ApiVersion, resource.Kind, flux) is not { } shape ? []
        : from problem in ShapeCheck.Check(resource.Body, shape)
          where !TypeRules.IsUnsubstituted(problem.Node) && !Elsewhere.Any(path => problem.Path.StartsWith(path, StringComparison.Ordinal))
          let finding = Of(resource, problem, flux)
          where finding is not null
          select finding with { File = problem.Node.File.Length > 0 ? problem.Node.File : resource.File };

    private static Finding? Of(Manifest resource, ShapeProblem problem, SemVer flux) => problem.Kind switch
    {
        ShapeProblemKind.UnknownKey => Report.At(
            problem.Node, problem.Position, UnknownKey,
            $"{resource.Id.Spoken} has no '{problem.Path}' in Flux {flux}.",
            Suggestion.For(problem.Key, problem.Siblings) is { } near ? $"Did you mean '{near}'?"
                : FluxDefinitions.Of(resource.ApiVersion, resource.Kind, FluxDefinitions.Newest) is { } newest
                    && !ShapeCheck.Check(resource.Body, newest).Any(other => other.Path == problem.Path)
                    ? "Delete it, or use a later Flux." : "Delete it."),
        ShapeProblemKind.UnknownWord => Report.At(
            problem.Node, problem.Position, UnknownWord,
            $"'{problem.Path}' of {resource.Id.Spoken} is '{((Scalar)problem.Node).Value}', which Flux {flux} refuses.",
            $"Write {Listed(((ChoiceShape)problem.Shape).Words)}."),
        ShapeProblemKind.WrongType => Report.At(
            problem.Node, problem.Position, Type,
            $"'{problem.Path}' of {resource.Id.Spoken} is {ScalarKind.Describe(problem.Node)}, not {problem.Expected}.",
            $"Write {problem.Expected}."),
        _ => null,
    };

    private static string Listed(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
