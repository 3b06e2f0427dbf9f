namespace PlatformGitOps.Acceptance.Evidence;

/// <summary><c>report FILE</c>: makes the reports of a run from its evidence, without a cluster.</summary>
public static class ReportCommand
{
    /// <param name="file">evidence.json of a run, or docs/recorded-run.json.</param>
    /// <param name="root">The reports are written to a subfolder with the run's name.</param>
    /// <returns>0, or 2 if the file cannot be used.</returns>
    public static async Task<int> WriteAsync(
        string file, string root, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        Run run;
        try
        {
            run = EvidenceJson.Read(await File.ReadAllTextAsync(file, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{file} cannot be read: {exception.Message} Name the evidence.json of a run.");
            return 2;
        }
        catch (JsonException exception)
        {
            await error.WriteLineAsync(
                $"{file} is not the evidence of a run of this version: {exception.Message} Name the evidence.json of a run.");
            return 2;
        }

        if (run.Id.Length == 0 || run.Id != Path.GetFileName(run.Id) || run.Id is "." or "..")
        {
            await error.WriteLineAsync($"{file}: id is '{run.Id}', which is not the name of a folder. Write the run's id.");
            return 2;
        }

        var folder = await EvidenceFolder.WriteAsync(run, root, cancellationToken);
        await output.WriteLineAsync(Path.Combine(folder, "report.html"));
        return 0;
    }
}
