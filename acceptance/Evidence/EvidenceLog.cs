using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>What the tests of this run leave for its evidence. A test adds to its own entry; <see cref="RecordEvidenceAttribute"/> closes it.</summary>
public static class EvidenceLog
{
    private static readonly ConcurrentDictionary<string, CriterionResult> Open = new();
    private static readonly ConcurrentQueue<CriterionResult> Closed = new();
    private static readonly ConcurrentDictionary<string, string> Facts = new();
    private static readonly DateTimeOffset Started = TimeProvider.System.GetUtcNow();

    /// <summary>Names the run's folder.</summary>
    public static string RunId { get; } = Started.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private static string ThisTest => TestContext.CurrentContext.Test.ID;

    public static IReadOnlyList<CriterionResult> Results => [.. Closed];

    /// <summary>Says which row of which cluster the running test answers; without it the test leaves no evidence.</summary>
    public static void Begin(CriterionResult blank) => Open[ThisTest] = blank;

    public static void Expected(string text) => Change(r => r with { Expected = text });

    public static void Observed(string text) => Change(r => r with { Observed = text });

    /// <summary>What one would type to see the same.</summary>
    public static void Command(string command) => Change(r => r with { Commands = [.. r.Commands, command] });

    public static void Attach(string title, string text) => Change(r => r with { Attachments = [.. r.Attachments, new Attachment { Title = title, Text = text }] });

    /// <summary>Keeps a text too long for the page as a file of the run's folder, compressed.</summary>
    public static async Task KeepAsync(string name, string title, string text, CancellationToken cancellationToken)
    {
        var path = Path.Combine(EvidenceFolder.Default, RunId, name + ".gz");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = File.Create(path))
        await using (var packed = new GZipStream(file, CompressionLevel.Optimal))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        }

        Change(r => r with { Attachments = [.. r.Attachments, new Attachment { Title = title, Path = name + ".gz" }] });
    }

    /// <summary>Judges what was measured and keeps it; the caller asserts the verdict.</summary>
    public static DisruptionEvidence Measured(Timeline timeline, LossBudget budget)
    {
        var evidence = DisruptionEvidence.Of(timeline, budget);
        Change(r => r with { Disruptions = [.. r.Disruptions, evidence] });
        return evidence;
    }

    /// <summary>Something about the run worth reading beside its results; the last value of a label holds.</summary>
    public static void Fact(string label, string value) => Facts[label] = value;

    public static Run ToRun(TimeProvider time) => new()
    {
        Id = RunId,
        StartedAt = Started,
        Duration = time.GetUtcNow() - Started,
        Facts = [.. Facts.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new Fact(f.Key, f.Value))],
        Results = [.. Closed.OrderBy(r => r.Row, StringComparer.Ordinal).ThenBy(r => r.Cluster, StringComparer.Ordinal).ThenBy(r => r.Half)],
    };

    internal static void Close(ResultOutcome outcome, string? reason, TimeSpan duration)
    {
        if (Open.TryRemove(ThisTest, out var result))
        {
            Closed.Enqueue(result with { Outcome = outcome, Reason = reason, Duration = duration });
        }
    }

    /// <summary>A helper may tell what it did in any test; only a test that answers a row keeps it.</summary>
    private static void Change(Func<CriterionResult, CriterionResult> change)
    {
        if (Open.TryGetValue(ThisTest, out var result))
        {
            Open[ThisTest] = change(result);
        }
    }
}
