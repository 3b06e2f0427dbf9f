using PlatformGitOps.Acceptance.Evidence.Page;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Writes a run's evidence to its folder: an HTML page, Markdown, JUnit XML and JSON.</summary>
public static class EvidenceFolder
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The folder of all runs; CI uploads it.</summary>
    public static string Default => Below(Repository.Root);

    public static string Below(string folder) => Path.Combine(folder, "artifacts", "acceptance");

    /// <returns>The run's folder below <paramref name="root"/>.</returns>
    public static async Task<string> WriteAsync(Run run, string root, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, run.Id);
        Directory.CreateDirectory(folder);
        var failures = new List<Exception>();
        foreach (var (name, write) in Writers)
        {
            try
            {
                await File.WriteAllTextAsync(Path.Combine(folder, name), write(run), Utf8, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                failures.Add(
                    new IOException($"{name} could not be written: {exception.Message}", exception)); // The other files are still written.
            }
        }

        return failures.Count == 0 ? folder : throw new AggregateException(failures);
    }

    private static readonly IReadOnlyList<(string Name, Func<Run, string> Write)> Writers =
    [
        ("report.html", ReportPage.Write), ("report.md", MarkdownReport.Write), ("dev-notes.md", DevNotes.Write),
        ("junit.xml", JUnitReport.Write), ("evidence.json", EvidenceJson.Write),
    ];

    /// <summary>The same texts for the same run, on every machine.</summary>
    public static IReadOnlyDictionary<string, string> Files(Run run) => Writers.ToDictionary(file => file.Name, file => file.Write(run));
}
