namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>
/// The committed run on real clusters: docs/recorded-run.json is its evidence, docs/dev-notes.md its outputs as text.
/// <c>ACCEPTANCE_WRITE_DOCUMENTS</c> makes a run the recorded one.
/// </summary>
public static class RecordedRun
{
    public const string FileName = "recorded-run.json";

    public const string NotesName = "dev-notes.md";

    public static string FilePath => Path.Combine(Repository.Root, "docs", FileName);

    /// <summary>
    /// The committed part of a run. <see cref="EvidenceLog"/> has already masked credentials; attached files stay in the run's folder, and
    /// the checkout's path is removed.
    /// </summary>
    public static Run Kept(Run run, string checkout)
    {
        return run with
        {
            Results =
            [
                .. run.Results.Select(result => result with
                {
                    Observed = Anywhere(result.Observed),
                    Reason = Anywhere(result.Reason),
                    Attachments =
                    [
                        .. result.Attachments.Where(attachment => attachment.Text is not null)
                            .Select(attachment => attachment with { Text = Anywhere(attachment.Text) }),
                    ],
                }),
            ],
        };

        string? Anywhere(string? text) => text?.Replace(checkout, ".");
    }

    /// <summary>Makes the run the recorded one.</summary>
    /// <param name="folder">docs/ of a checkout.</param>
    public static async Task WriteAsync(Run run, string folder, CancellationToken cancellationToken)
    {
        var kept = Kept(run, Repository.Root);
        await File.WriteAllTextAsync(Path.Combine(folder, FileName), EvidenceJson.WriteLines(kept), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, NotesName), DevNotes.Write(kept), cancellationToken);
    }
}
