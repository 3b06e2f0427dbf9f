using System.Text.Json.Serialization;

namespace PlatformGitOps.Acceptance.Evidence;

public enum ResultOutcome
{
    Passed,

    /// <summary>The definition switches off what the check tests.</summary>
    NotApplicable,

    /// <summary>Did not run; the reason says how to run it.</summary>
    Skipped,
    Failed,
}

/// <summary>One run of the suite, from which all reports are made.</summary>
public sealed record Run
{
    /// <summary>The name of the run's folder.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The names of the clusters, in the order of the matrix's columns.</summary>
    public required IReadOnlyList<string> Clusters { get; init; }

    /// <summary>The lines of the matrix, in its order.</summary>
    public required IReadOnlyList<MatrixLine> Lines { get; init; }

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public required IReadOnlyList<CheckResult> Results { get; init; }

    public int Count(ResultOutcome outcome) => Results.Count(r => r.Outcome == outcome);

    /// <summary>The command of a line on the first cluster that has one; for a running cluster it contains the context.</summary>
    public string? Command(MatrixLine line) => Clusters
        .Select(cluster => Results.Where(r => r.Check == line.Check && r.Cluster == cluster && r.Commands.Count > 0)
            .OrderBy(r => r.Mode).LastOrDefault()?.Commands[0])
        .FirstOrDefault(command => command is not null);
}

/// <summary>A fact about the run or the machine, such as versions or the delivery.</summary>
public sealed record Fact(string Label, string Value);

/// <summary>The result of one check on one cluster.</summary>
public sealed record CheckResult
{
    /// <summary>The check's id, such as AC2.3.</summary>
    public required string Check { get; init; }

    public required string Criterion { get; init; }

    public required string Cluster { get; init; }

    public required string Title { get; init; }

    public required CheckMode Mode { get; init; }

    /// <summary>The objects that the check reads.</summary>
    public string? Reads { get; init; }

    public required ResultOutcome Outcome { get; init; }

    /// <summary>Why it failed or was skipped.</summary>
    public string? Reason { get; init; }

    public string? Expected { get; init; }

    public string? Observed { get; init; }

    /// <summary>When it started; null in the evidence of an older suite. Checks that only read run in parallel.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>The commands with which a user sees the same.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>
    /// As in a terminal: the command and its output. Outputs of commands that the suite ran already begin with the command.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<string> Transcript
    {
        get
        {
            var byHand = Commands.Where(command => Observed?.Contains($"$ {command}") != true)
                .Select(command => $"$ {command}").ToList();
            return Observed is not { } seen ? byHand : byHand.Count == 0 ? [seen] : [.. byHand, "# The suite saw:", seen];
        }
    }

    /// <summary>One for each disruption: draining each of two nodes gives two.</summary>
    public IReadOnlyList<DisruptionEvidence> Disruptions { get; init; } = [];
}

/// <summary>A file in the run's folder, or a short inline text; one of them is set.</summary>
public sealed record Attachment
{
    public required string Title { get; init; }

    /// <summary>Relative to the run's folder, with forward slashes.</summary>
    public string? Path { get; init; }

    public string? Text { get; init; }
}

/// <summary>The measurement of a disruption. The attached logs have every query.</summary>
public sealed record DisruptionEvidence
{
    public required IReadOnlyList<ClusterEvent> Events { get; init; }

    public required LossReport Report { get; init; }

    public required LossPicture Picture { get; init; }

    public required LossBudget Budget { get; init; }

    public required BudgetVerdict Verdict { get; init; }

    public static DisruptionEvidence Of(Timeline timeline, LossBudget budget)
    {
        var report = LossAnalysis.Of(timeline);
        return new DisruptionEvidence
        {
            Events = timeline.Events,
            Report = report,
            Picture = LossPicture.Of(timeline),
            Budget = budget,
            Verdict = budget.Judge(report),
        };
    }
}

/// <summary>One line of the validation matrix.</summary>
/// <param name="Expected">The expected output for each cluster.</param>
public sealed record MatrixLine(string Check, string Criterion, string Title, IReadOnlyDictionary<string, string> Expected)
{
    /// <summary>The expectations as one text, with clusters' names if they differ.</summary>
    public string ExpectedText => Expected.Values.Distinct().Count() <= 1
        ? Expected.Values.FirstOrDefault() ?? ""
        : string.Join("; ", Expected.Select(entry => $"{entry.Key}: {entry.Value}"));
}

/// <summary>A line on one cluster. <see cref="Outcome"/> is null if no check ran.</summary>
public sealed record MatrixCell(MatrixLine Line, string Cluster, IReadOnlyList<CheckResult> Results)
{
    /// <summary>The worst outcome of its checks: one failure fails the cell, one skipped check leaves it open.</summary>
    public ResultOutcome? Outcome => Results.Count == 0 ? null : Results.Max(r => r.Outcome);

    /// <summary>The worst result of each mode.</summary>
    public IReadOnlyList<CheckResult> WorstOfEachMode =>
        [.. Results.GroupBy(r => r.Mode).OrderBy(g => g.Key).Select(g => g.MaxBy(r => r.Outcome)!)];

    /// <summary>The result whose output the matrix shows; null if no check has output.</summary>
    public CheckResult? Printed => Results.Where(r => r is { Outcome: ResultOutcome.Passed or ResultOutcome.Failed, Observed: not null })
        .OrderBy(r => r.Mode).LastOrDefault();

    public static MatrixCell Of(Run run, MatrixLine line, string cluster) =>
        new(line, cluster, [.. run.Results.Where(r => r.Cluster == cluster && r.Check == line.Check)]);
}
