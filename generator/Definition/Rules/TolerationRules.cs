using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Tolerations of a cluster, and those among the values of CoreDNS's chart.</summary>
internal static class TolerationRules
{
    private const string Operator = "operator", Key = "key", Value = "value", Seconds = "tolerationSeconds", Effect = "effect";

    private static readonly string[] All = [Key, Operator, Value, Effect, Seconds];

    public static void Check(Cluster cluster, SectionReader at)
    {
        var tolerations = cluster.Workloads.Tolerations;
        var entries = at.Entries("tolerations");
        var sound = new List<(Toleration Toleration, Position Place)>();
        foreach (var (toleration, entry) in tolerations.Zip(entries))
        {
            var refusals = Refusals(toleration).ToArray();
            foreach (var refusal in refusals)
            {
                entry.Report(refusal.Rule, refusal.At, refusal.Message, refusal.Fix, refusal.Needs);
            }

            if (refusals is [] && All.All(entry.IsSound))
            {
                sound.Add((toleration, entry.Position));
            }
        }

        CheckTwice(sound, at);
        foreach (var (toleration, place) in sound)
        {
            if (LostNodes.Problem(toleration, [.. sound.Select(other => other.Toleration)]) is var (problem, fix))
            {
                at.Report(DefinitionRules.TolerationLostNode, place, problem, fix);
            }
        }
    }

    /// <summary>Those of a pod of the chart's own, as Kubernetes reads them.</summary>
    /// <param name="tolerations">The mappings of the list.</param>
    /// <param name="at">The cluster.</param>
    public static void CheckValues(IEnumerable<Mapping> tolerations, SectionReader at)
    {
        var sound = new List<(Toleration Toleration, Position Place)>();
        foreach (var written in tolerations)
        {
            var toleration = new Toleration(Text(Key), Text(Value), Text(Effect))
            {
                Operator = Text(Operator) ?? Toleration.Equal,
                Seconds = int.TryParse(written.TextAt(Seconds), CultureInfo.InvariantCulture, out var seconds) ? seconds : null,
            };
            // Without a value it is the empty one.
            toleration = toleration is { Operator: Toleration.Equal, Value: null, Key: not null }
                ? toleration with { Value = "" } : toleration;
            var refusals = Refusals(toleration).ToArray();
            foreach (var refusal in refusals)
            {
                at.Report(refusal.Rule, written[refusal.At]?.Position ?? written.Position, refusal.Message, refusal.Fix);
            }

            if (refusals is [])
            {
                sound.Add((toleration, written.Position));
            }

            string? Text(string key) => written.TextAt(key) is { Length: > 0 } text ? text : null;
        }

        CheckTwice(sound, at);
    }

    /// <summary>What the API server refuses of a toleration.</summary>
    private static IEnumerable<Refusal> Refusals(Toleration toleration)
    {
        if (toleration is { Operator: Toleration.Exists, Value: { Length: > 0 } unread })
        {
            yield return new Refusal(DefinitionRules.TolerationOperator, Value,
                $"The toleration has the operator Exists and the value '{unread}': the API server refuses it.",
                toleration.Key is null ? "Delete the value: a toleration without a key is of every taint."
                    : "Delete the value to tolerate each value of the taint, or write 'operator: Equal'.", Operator);
        }
        else if (toleration is { Key: null, Value: { } value, Operator: not Toleration.Exists })
        {
            yield return new Refusal(DefinitionRules.TolerationKey, Value,
                $"The toleration has the value '{value}', but no key: the API server refuses it.",
                "Write the taint's 'key:' beside it, or 'operator: Exists' in place of the value to tolerate every taint.", Key, Operator);
        }
        else if (toleration is { Key: null, Operator: Toleration.Equal })
        {
            yield return new Refusal(DefinitionRules.TolerationKey, Operator,
                "The toleration has no key, and not the operator Exists: the API server refuses it.",
                "Write the taint's 'key:' beside it, or 'operator: Exists' to tolerate every taint.", Key);
        }
        else if (toleration is { Operator: Toleration.Equal, Value: null })
        {
            yield return new Refusal(DefinitionRules.TolerationOperator, Operator,
                "The toleration has the operator Equal, but no value.",
                "Write the taint's 'value:' beside it (\"\" for a taint without one), or 'operator: Exists'.", Value);
        }

        if (toleration is { Seconds: not null, Effect: not Toleration.NoExecute })
        {
            yield return new Refusal(DefinitionRules.TolerationSeconds, Seconds,
                $"The toleration has seconds and {(toleration.Effect is { } effect ? $"the effect {effect}" : "no effect")}: the API "
                    + "server takes seconds with the effect NoExecute alone.",
                "Write 'effect: NoExecute', or delete the seconds.", Effect);
        }
    }

    /// <summary>Of two for the same taints Kubernetes reads the first.</summary>
    private static void CheckTwice(IEnumerable<(Toleration Toleration, Position Place)> tolerations, SectionReader at)
    {
        var seen = new Dictionary<Toleration, (int? Seconds, Position Place)>();
        foreach (var (toleration, place) in tolerations)
        {
            if (!seen.TryAdd(toleration.OfTaint, (toleration.Seconds, place)))
            {
                var first = seen[toleration.OfTaint];
                at.Report(DefinitionRules.DuplicateItem, place, toleration.Seconds == first.Seconds
                        ? $"The same toleration is in line {first.Place.Line} already."
                        : $"The toleration of line {first.Place.Line} is for the same taints with other seconds, and Kubernetes takes the "
                            + "first.",
                    "Keep one of the two.");
            }
        }
    }

    private sealed record Refusal(string Rule, string At, string Message, string Fix, params string[] Needs);
}
