using System.IO.Compression;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>
/// The evidence of a run's tests. A test adds to its own entry, from any number of tasks; <see cref="RecordEvidenceAttribute"/> opens and
/// closes it.
/// </summary>
public sealed class EvidenceLog(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (CheckResult Result, long Began)> open = [];
    private readonly List<CheckResult> closed = [];
    private readonly ConcurrentDictionary<string, string> facts = new();
    private readonly DateTimeOffset started = time.GetUtcNow();

    /// <summary>Durations use the monotonic clock.</summary>
    private readonly long began = time.GetTimestamp();

    /// <summary>The log of this run.</summary>
    public static EvidenceLog Current { get; } = new(TimeProvider.System);

    /// <summary>The name of the run's folder.</summary>
    public string RunId => started.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private static string ThisTest => TestContext.CurrentContext.Test.ID;

    public IReadOnlyList<CheckResult> Results
    {
        get
        {
            lock (gate)
            {
                return [.. closed];
            }
        }
    }

    /// <summary>Opens the entry of the running test. A test without an entry leaves no evidence.</summary>
    public void Begin(CheckResult blank)
    {
        lock (gate)
        {
            open[ThisTest] = Begun(blank);
        }
    }

    /// <summary>The running check starts now: earlier waiting was for other checks or the cluster.</summary>
    public static void Starts() => Current.StartNow();

    internal void StartNow()
    {
        lock (gate)
        {
            if (open.TryGetValue(ThisTest, out var entry))
            {
                open[ThisTest] = Begun(entry.Result);
            }
        }
    }

    private (CheckResult Result, long Began) Begun(CheckResult result) =>
        (result with { StartedAt = time.GetUtcNow() }, time.GetTimestamp());

    /// <summary>Adds an observation of the running check. Equal texts are kept once, at most 4,000 characters in total.</summary>
    public static void Observed(string text) => Current.Change(r => r with { Observed = Appended(r.Observed, text) });

    private static string Appended(string? before, string text) =>
        before is null ? Bounded(text) : before.Split('\n').Contains(text) ? before : Bounded($"{before}\n{text}");

    private static string Bounded(string text) => text.Length <= 4000 ? text : $"{text[..3980]}\n... shortened";

    public static void Attach(string title, string text) => Current.Add(new Attachment { Title = title, Text = text });

    /// <summary>Ends the running test as not applicable, unless the reason is null.</summary>
    public static void Applies(string? reason)
    {
        if (reason is not null)
        {
            Current.Change(r => r with { Outcome = ResultOutcome.NotApplicable });
            Assert.Ignore($"not applicable: {reason}");
        }
    }

    /// <summary>Keeps a text that is too long for the page as a compressed file in the run's folder.</summary>
    public static async Task KeepAsync(string name, string title, string text, CancellationToken cancellationToken)
    {
        // Names of pods and nodes are from the API server, and must be safe in a path.
        var safe = string.Join(
            '/', name.Split('/')
                .Select(part =>
                    string.Concat(part.TrimStart('.').Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-'))));
        var path = Path.Combine(EvidenceFolder.Default, Current.RunId, safe + ".gz");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = File.Create(path))
        await using (var packed = new GZipStream(file, CompressionLevel.Optimal))
        {
            await packed.WriteAsync(Encoding.UTF8.GetBytes(SecretText.Redact(text)), cancellationToken);
        }

        Current.Add(new Attachment { Title = title, Path = safe + ".gz" });
    }

    /// <summary>Evaluates a measurement and keeps it; the caller asserts the verdict.</summary>
    public static DisruptionEvidence Measured(Timeline timeline, LossBudget budget)
    {
        var evidence = DisruptionEvidence.Of(timeline, budget);
        Current.Change(r => r with { Disruptions = [.. r.Disruptions, evidence] });
        return evidence;
    }

    /// <summary>A fact about the run, separate from its results; a second value of a label replaces the first.</summary>
    public static void Fact(string label, string value) => Current.facts[label] = value;

    public Run ToRun(IReadOnlyList<string> clusters, IReadOnlyList<MatrixLine> lines) => new()
    {
        Id = RunId,
        StartedAt = started,
        Duration = time.GetElapsedTime(began),
        Clusters = clusters,
        Lines = lines,
        Facts = [.. facts.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new Fact(f.Key, f.Value))],
        Results =
        [
            .. Results.OrderBy(r => lines.Select(line => line.Check).ToList().IndexOf(r.Check))
                .ThenBy(r => clusters.ToList().IndexOf(r.Cluster)).ThenBy(r => r.Mode),
        ],
    };

    public void Add(Attachment attachment) => Change(r => r with { Attachments = [.. r.Attachments, attachment] });

    public void Close(Func<CheckResult, CheckResult> complete)
    {
        lock (gate)
        {
            if (open.Remove(ThisTest, out var entry))
            {
                closed.Add(WithoutCredentials(complete(entry.Result with { Duration = time.GetElapsedTime(entry.Began) })));
            }
        }
    }

    /// <summary>Masks credentials in outputs, messages and logs of clusters and programs, because CI publishes the evidence.</summary>
    private static CheckResult WithoutCredentials(CheckResult result) => result with
    {
        Observed = result.Observed is { } observed ? SecretText.Redact(observed) : null,
        Reason = result.Reason is { } reason ? SecretText.Redact(reason) : null,
        Attachments =
        [
            .. result.Attachments.Select(attachment =>
                attachment.Text is { } text ? attachment with { Text = SecretText.Redact(text) } : attachment),
        ],
    };

    /// <summary>Helpers call this in any test; only a test with an entry records it.</summary>
    private void Change(Func<CheckResult, CheckResult> change)
    {
        lock (gate)
        {
            if (open.TryGetValue(ThisTest, out var entry))
            {
                open[ThisTest] = entry with { Result = change(entry.Result) };
            }
        }
    }
}
