using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class DriftCheckTests
{
    private const string One = "kubernetes/bases/one.yaml";

    [Test]
    public async Task A_hand_edit_is_shown_as_a_diff_with_what_to_do()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\nb: 2\n"));
        tree.Put(One, "a: 1\r\nb: mine\r\n");

        Text(DriftCheck.Run(tree.Request(force: false, (One, "a: 1\nb: 2\n")), CancellationToken.None)).ShouldBe(
            """
            kubernetes/bases/one.yaml: was edited by hand. Put the change into the definition, or undo it (generate --force).
            --- a/kubernetes/bases/one.yaml
            +++ b/kubernetes/bases/one.yaml
            @@ -1,2 +1,2 @@
             a: 1
            -b: mine
            +b: 2
            0 as generated, 1 different, 0 foreign.

            """.ReplaceLineEndings("\n"));
    }

    [Test]
    public async Task Another_text_from_the_same_definition_may_come_from_a_new_folder()
    {
        const string Kustomization = "kubernetes/clusters/edge/kustomization.yaml";
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((Kustomization, "a: 1\n"), (One, "a: 1\n"));

        var text = Text(DriftCheck.Run(tree.Request(force: false, (Kustomization, "a: 2\n"), (One, "a: 2\n")), CancellationToken.None));

        text.ShouldContain($"{One}: the generator changed. Run generate.");
        text.ShouldContain($"{Kustomization}: the generator changed, or a folder in kubernetes/overlays. Run generate.");
    }

    [Test]
    public async Task A_foreign_file_is_reported_but_is_not_drift()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        tree.Put("kubernetes/bases/mine.yaml", "x");
        tree.Put("kubernetes/elsewhere/other.yaml", "x");

        var result = DriftCheck.Run(tree.Request(force: false, (One, "a: 1\n")), CancellationToken.None);

        result.Drifted.ShouldBeFalse();
        result.Files.ShouldHaveSingleItem().Path.ShouldBe("kubernetes/bases/mine.yaml");
        Text(result).ShouldContain("1 as generated, 0 different, 1 foreign.");
    }

    [Test]
    public async Task A_lock_of_another_definition_with_the_same_files_is_drift_since_generate_would_write_it()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));

        var request = tree.Request(force: false, (One, "a: 1\n")) with { DefinitionHash = ContentHash.OfText("other") };
        var result = DriftCheck.Run(request, CancellationToken.None);

        result.Drifted.ShouldBeTrue();
        Text(result).ShouldStartWith($"{LockFile.Name}: was written from another text of the definition, which gives the same files. "
            + "Run generate.\n");
    }

    [Test]
    public async Task A_file_that_cannot_be_written_has_a_reason()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        File.Delete(tree.OnDisk(One));
        File.CreateSymbolicLink(tree.OnDisk(One), "/etc/hostname");

        var result = DriftCheck.Run(tree.Request(force: false, (One, "a: 1\n")), CancellationToken.None);

        result.Files.ShouldHaveSingleItem().Cause.ShouldBe(DriftCause.InTheWay);
        Text(result).ShouldContain("symlink: is a symbolic link");
    }

    [Test]
    public async Task A_read_only_file_that_would_change_has_the_same_message_in_each_format()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        File.SetAttributes(tree.OnDisk(One), FileAttributes.ReadOnly);

        var result = DriftCheck.Run(tree.Request(force: false, (One, "a: 2\n")), CancellationToken.None);

        File.SetAttributes(tree.OnDisk(One), FileAttributes.Normal);
        Text(result).ShouldStartWith($"{One}: read-only: {result.Findings.ShouldHaveSingleItem().Text}\n");
    }

    /// <summary>A file that another program has opened exclusively: root can read any other file.</summary>
    [Test]
    public async Task An_unreadable_file_is_not_reported_as_unwritable()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        using var held = new FileStream(tree.OnDisk(One), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Finding[] found =
        [
            .. DriftCheck.Run(tree.Request(force: false, (One, "a: 1\n")), CancellationToken.None).Files.Select(file => file.AsFinding()),
            (await tree.GenerateAsync((One, "a: 2\n"))).Files.ShouldHaveSingleItem().Finding!,
        ];

        found.Select(finding => finding.Rule).ShouldBe(["file-unreadable", "file-unreadable"]);
        found.ShouldAllBe(finding => finding.Message.StartsWith("cannot be read (", StringComparison.Ordinal));
    }

    [Test]
    public async Task Differences_are_shown_among_any_number_of_foreign_files()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        foreach (var number in Enumerable.Range(0, 101))
        {
            tree.Put($"kubernetes/bases/a{number}.yaml", "x");
        }

        tree.Put(One, "a: mine\n");

        Text(DriftCheck.Run(tree.Request(force: false, (One, "a: 1\n")), CancellationToken.None))
            .ShouldContain($"{One}: was edited by hand.");
    }

    [Test]
    public void An_unreadable_lock_is_an_obstacle()
    {
        using var tree = new TemporaryTree();
        tree.Put(LockFile.Name, "garbage\n");

        DriftCheck.Run(tree.Request(force: false, (One, "a: 1\n")), CancellationToken.None)
            .Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("lock-unreadable");
    }

    private static string Text(DriftResult result)
    {
        var text = new StringWriter { NewLine = "\n" };
        CheckCommand.Write(result, verbose: false, text);
        return text.ToString();
    }
}
