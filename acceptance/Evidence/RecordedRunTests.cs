using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>All reports can be made from a run's evidence, and the repository has the evidence of a real run.</summary>
public sealed class RecordedRunTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    private static string Docs => Path.Combine(Repository.Root, "docs");

    [Test]
    public void Every_report_of_a_run_can_be_made_from_its_json() =>
        EvidenceFolder.Files(EvidenceJson.Read(EvidenceJson.Write(RedRun.Mixed))).ShouldBe(EvidenceFolder.Files(RedRun.Mixed));

    [Test]
    public void The_committed_form_has_a_line_for_each_result()
    {
        var text = EvidenceJson.WriteLines(RedRun.Mixed);

        text.Split('\n').Count(line => line.StartsWith("{\"check\":", StringComparison.Ordinal))
            .ShouldBe(RedRun.Mixed.Lines.Count + RedRun.Mixed.Results.Count);
        EvidenceFolder.Files(EvidenceJson.Read(text)).ShouldBe(EvidenceFolder.Files(RedRun.Mixed));
    }

    [Test]
    public async Task The_recorded_run_and_the_notes_are_of_one_run()
    {
        EvidenceJson.WriteLines(RedRun.Recorded).ShouldBe(await File.ReadAllTextAsync(RecordedRun.FilePath, Token));
        (await File.ReadAllTextAsync(Path.Combine(Docs, RecordedRun.NotesName), Token))
            .ShouldBe(DevNotes.Write(RedRun.Recorded), $"{RecordedRun.NotesName} is not that of {RecordedRun.FileName}");
    }

    [Test]
    public void The_recorded_run_was_on_clusters() => Wording.IsPartial(RedRun.Recorded.Results).ShouldBeFalse();

    [Test]
    public async Task The_recorded_run_contains_no_credentials_and_no_local_paths()
    {
        var text = await File.ReadAllTextAsync(RecordedRun.FilePath, Token);

        SecretText.Redact(text).ShouldBe(text);
        text.ShouldNotContain(Repository.Root);
        RedRun.Recorded.Results.SelectMany(result => result.Attachments).ShouldAllBe(attachment => attachment.Path == null);
    }

    [Test]
    public async Task A_run_becomes_the_recorded_one_without_its_attached_files()
    {
        var folder = Directory.CreateTempSubdirectory("recorded-").FullName;
        try
        {
            var result = RedRun.Mixed.Results.Single(r => r.Check == "AC5.1") with { Observed = $"{Repository.Root}/kubernetes differs" };
            await RecordedRun.WriteAsync(RedRun.Mixed with { Results = [result] }, folder, Token);

            var kept = EvidenceJson.Read(await File.ReadAllTextAsync(Path.Combine(folder, RecordedRun.FileName), Token))
                .Results.ShouldHaveSingleItem();
            kept.Attachments.ShouldHaveSingleItem().Title.ShouldBe("Process status");
            kept.Observed.ShouldBe("./kubernetes differs");
            (await File.ReadAllTextAsync(Path.Combine(folder, RecordedRun.NotesName), Token)).ShouldContain("./kubernetes differs");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("{", "is not the evidence of a run of this version")]
    [TestCase("null", "null, and not a run")]
    [TestCase("{}", "missing required properties")]
    [TestCase(null, "cannot be read")]
    public async Task A_file_that_is_not_the_evidence_of_a_run_is_refused(string? text, string problem)
    {
        var (status, error) = await Report(text);

        status.ShouldBe(2);
        error.ShouldContain(problem);
        error.ShouldEndWith($"Name the evidence.json of a run.{Environment.NewLine}");
    }

    [TestCase("../elsewhere")]
    [TestCase("..")]
    [TestCase("")]
    public async Task An_id_that_leads_out_of_the_reports_is_refused(string id)
    {
        var (status, error) = await Report(EvidenceJson.Write(RedRun.Mixed with { Id = id, Results = [] }));

        status.ShouldBe(2);
        error.ShouldContain($"id is '{id}'");
    }

    [TestCase("0 1 2")]
    [TestCase("0 1 2 x")]
    [TestCase("0 1 2 3 4")]
    public void A_slice_that_cannot_be_read_is_refused(string slice)
    {
        var text = EvidenceJson.Write(RedRun.Mixed);
        var start = text.IndexOf("\"slices\": \"", StringComparison.Ordinal) + 11;

        Should.Throw<JsonException>(() => EvidenceJson.Read(text.Insert(start, $"{slice};"))).Message.ShouldContain($"'{slice}'");
    }

    private static async Task<(int Status, string Error)> Report(string? text)
    {
        var folder = Directory.CreateTempSubdirectory("report-").FullName;
        try
        {
            var file = Path.Combine(folder, "evidence.json");
            if (text is not null)
            {
                await File.WriteAllTextAsync(file, text, Token);
            }

            var (output, error) = (new StringWriter(), new StringWriter());
            var status = await ReportCommand.WriteAsync(file, Path.Combine(folder, "reports"), output, error, Token);
            Directory.Exists(Path.Combine(folder, "reports")).ShouldBe(status == 0);
            return (status, error.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
