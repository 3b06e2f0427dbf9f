namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>
/// The run on real clusters that the repository keeps: docs/recorded-run.json is its evidence, and docs/dev-notes.md its outputs as text.
/// <c>ACCEPTANCE_WRITE_DOCUMENTS</c> makes a run the recorded one.
/// </summary>
public static class RecordedRun
{
    public const string FileName = "recorded-run.json";

    public const string NotesName = "dev-notes.md";

    public static string FilePath => Path.Combine(Repository.Root, "docs", FileName);

    /// <summary>
    /// What is kept of a run. The log of a run is already without credentials (<see cref="EvidenceLog"/>); its attached files stay in its
    /// folder, and the folder of the checkout is the writer's own.
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
