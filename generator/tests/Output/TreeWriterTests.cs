namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class TreeWriterTests
{
    private const string One = "kubernetes/bases/one.yaml";
    private const string Two = "kubernetes/clusters/infra/two.yaml";

    [Test]
    public async Task A_first_run_creates_every_file_and_a_lock_that_sha256sum_can_check()
    {
        using var tree = new TemporaryTree();

        var result = await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));

        result.Files.ShouldBe([new FileResult(One, Outcome.Created), new FileResult(Two, Outcome.Created)]);
        tree.Read(One).ShouldBe("a: 1\n");
        tree.Lock.Split('\n').Count(line => line.Length > 0 && line[0] != '#').ShouldBe(2);
        tree.Lock.ShouldContain($"{ContentHash.OfText("a: 1\n")}  {One}\n");
    }

    [Test]
    public async Task A_second_run_writes_nothing_at_all()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));
        var before = tree.Snapshot();

        var result = await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));

        result.Count(Outcome.Unchanged).ShouldBe(2);
        tree.Snapshot().ShouldBe(before);
    }

    [Test]
    public async Task Files_change_and_go_with_the_definition_and_empty_folders_go_with_them()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));

        var result = await tree.GenerateAsync((One, "a: 2\n"));

        result.Files.ShouldBe([new FileResult(One, Outcome.Changed), new FileResult(Two, Outcome.Removed)]);
        tree.Read(One).ShouldBe("a: 2\n");
        Directory.Exists(tree.OnDisk("kubernetes/clusters")).ShouldBeFalse();
        tree.Lock.ShouldNotContain(Two);
    }

    [Test]
    public async Task A_folder_stays_when_someone_else_has_a_file_in_it()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((Two, "b: 2\n"), (One, "a: 1\n"));
        tree.Put("kubernetes/clusters/infra/README.md", "mine");

        await tree.GenerateAsync((One, "a: 1\n"));

        tree.Has(Two).ShouldBeFalse();
        tree.Read("kubernetes/clusters/infra/README.md").ShouldBe("mine");
    }

    [Test]
    public async Task A_hand_edited_file_is_refused_again_and_again_and_taken_only_with_force()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));
        tree.Put(One, "a: by hand\n");

        foreach (var text in new[] { "a: 1\n", "a: 3\n", "a: 3\n" })
        {
            var refused = await tree.GenerateAsync((One, text), (Two, "b: 3\n"));
            refused.Refused.ShouldBeTrue();
            refused.Files[0].Finding!.Rule.ShouldBe("hand-edited");
            tree.Read(One).ShouldBe("a: by hand\n");
            tree.Read(Two).ShouldBe("b: 3\n", "one refused file does not keep the others back");
        }

        var forced = await tree.GenerateAsync(force: true, (One, "a: 3\n"), (Two, "b: 3\n"));
        forced.Complete.ShouldBeTrue();
        tree.Read(One).ShouldBe("a: 3\n");
    }

    [Test]
    public async Task A_hand_edited_file_that_is_generated_no_longer_stays_until_forced()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));
        tree.Put(Two, "b: by hand\n");

        (await tree.GenerateAsync((One, "a: 1\n"))).Files[1].Outcome.ShouldBe(Outcome.Refused);
        (await tree.GenerateAsync((One, "a: 1\n"))).Files[1].Outcome.ShouldBe(Outcome.Refused, "it is still known as ours");
        (await tree.GenerateAsync(force: true, (One, "a: 1\n"))).Files[1].Outcome.ShouldBe(Outcome.Removed);
        tree.Has(Two).ShouldBeFalse();
    }

    [Test]
    public async Task A_foreign_file_is_adopted_with_the_same_text_and_refused_with_another()
    {
        using var tree = new TemporaryTree();
        tree.Put(One, "a: 1\n");
        tree.Put(Two, "mine\n");

        var result = await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 2\n"));

        result.Files.Select(file => file.Outcome).ShouldBe([Outcome.Adopted, Outcome.Refused]);
        result.Files[1].Finding!.Rule.ShouldBe("foreign-file");
        tree.Read(Two).ShouldBe("mine\n");
        (await tree.GenerateAsync((One, "a: 2\n"), (Two, "b: 2\n"))).Files[0].Outcome.ShouldBe(Outcome.Changed, "an adopted file is ours");
    }

    [Test]
    public async Task A_checkout_with_windows_line_ends_is_not_a_hand_edit()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\nb: 2\n"));
        tree.Put(One, "a: 1\r\nb: 2\r\n");
        tree.Put(LockFile.Name, tree.Lock.ReplaceLineEndings("\r\n"));
        var before = tree.Snapshot();

        (await tree.GenerateAsync((One, "a: 1\nb: 2\n"))).Files[0].Outcome.ShouldBe(Outcome.Unchanged);
        tree.Snapshot().ShouldBe(before);
        (await tree.GenerateAsync((One, "a: 1\nb: 3\n"))).Files[0].Outcome.ShouldBe(Outcome.Changed);
    }

    [Test]
    public async Task A_file_can_become_a_folder_and_back_and_change_its_case()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync(("kubernetes/a", "file\n"), ("kubernetes/Name.yaml", "n: 1\n"));

        (await tree.GenerateAsync(("kubernetes/a/b", "in a folder\n"), ("kubernetes/name.yaml", "n: 1\n"))).Complete.ShouldBeTrue();
        tree.Read("kubernetes/a/b").ShouldBe("in a folder\n");
        tree.Has("kubernetes/name.yaml").ShouldBeTrue();

        (await tree.GenerateAsync(("kubernetes/a", "file\n"))).Complete.ShouldBeTrue();
        tree.Read("kubernetes/a").ShouldBe("file\n");
    }

    [Test]
    public async Task Written_files_are_readable_by_everybody_and_leave_no_temporary_file()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no Unix file modes; runs on Linux and macOS.");
            return;
        }

        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));

        File.GetUnixFileMode(tree.OnDisk(One)).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        tree.Snapshot().Keys.ShouldBe([LockFile.Name, One]);
    }

    [Test]
    public async Task An_unreadable_lock_stops_everything_and_a_merge_conflict_in_it_does_not()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        var ours = tree.Lock;
        tree.Put(LockFile.Name, ours + "garbage\n");

        var stopped = await tree.GenerateAsync((One, "a: 2\n"));
        stopped.Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("lock-unreadable");
        tree.Read(One).ShouldBe("a: 1\n");

        tree.Put(LockFile.Name, $"<<<<<<< HEAD\n{ours}=======\n{ContentHash.OfText("a: 7\n")}  {One}\n>>>>>>> other\n");
        tree.Put(One, "a: 7\n");
        (await tree.GenerateAsync((One, "a: 2\n"))).Files[0].Outcome.ShouldBe(Outcome.Changed, "the other branch's text was generated too");
    }

    [Test]
    public async Task A_file_that_changed_since_it_was_read_is_neither_replaced_nor_deleted()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        var path = tree.OnDisk(One);
        var seen = ContentHash.OfText("a: 1\n");
        tree.Put(One, "saved in the meantime\n");

        Should.Throw<FileChangedException>(() => AtomicFile.Replace(path, "a: 2\n", seen));
        Should.Throw<FileChangedException>(() => AtomicFile.Replace(path, "a: 2\n", seen: null), "a file appeared");
        Should.Throw<FileChangedException>(() => AtomicFile.Delete(path, seen));

        tree.Read(One).ShouldBe("saved in the meantime\n");
        tree.Snapshot().Keys.ShouldBe([LockFile.Name, One], "and no temporary file is left");
    }

    [Test]
    public async Task An_edit_that_is_saved_between_plan_and_rename_is_kept_and_reported()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"), (Two, "b: 1\n"), ("kubernetes/three.yaml", "c: 1\n"));
        var request = tree.Request(force: true, (One, "a: 2\n"), (Two, "b: 2\n"), ("kubernetes/new.yaml", "d: 1\n"));
        var plan = TreePlan.Of(request, CancellationToken.None);
        foreach (var path in new[] { One, "kubernetes/three.yaml", "kubernetes/new.yaml" })
        {
            tree.Put(path, "saved in the meantime\n");
        }

        var result = TreeWriter.Apply(tree.Root, plan, CancellationToken.None);

        result.Files.Where(file => file.Finding is { Rule: "changed-meanwhile" }).Select(file => file.Path)
            .ShouldBe([One, "kubernetes/new.yaml", "kubernetes/three.yaml"]);
        result.Refused.ShouldBeTrue();
        tree.Read(Two).ShouldBe("b: 2\n");
        tree.Snapshot().Values.Count(file => file.Text == "saved in the meantime\n").ShouldBe(3);
        (await tree.GenerateAsync((One, "a: 2\n"), (Two, "b: 2\n"))).Files[0].Finding!
            .Rule.ShouldBe("hand-edited", "the lock file knows the old text only");
    }

    // Many rounds, many runs at once: about one round in seven has a run that ends while another one is refused.
    [Test]
    public async Task Runs_at_once_do_not_interleave_and_none_gives_up()
    {
        for (var round = 0; round < 30; round++)
        {
            using var tree = new TemporaryTree();
            Directory.CreateDirectory(tree.OnDisk("kubernetes"));
            (string, string)[] files = [.. Enumerable.Range(0, 40).Select(index => ($"kubernetes/{index}.yaml", $"n: {index}\n"))];
            var patient = tree.Request(force: false, files) with { Patience = TimeSpan.FromSeconds(60) };

            var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ =>
                Task.Run(() => TreeWriter.WriteAsync(patient, TimeProvider.System, CancellationToken.None))));

            results.SelectMany(result => result.Obstacles.Concat(result.Files.Select(file => file.Finding)))
                .ShouldAllBe(finding => finding == null);
            results.Sum(result => result.Count(Outcome.Created)).ShouldBe(40, "each file is created by one run only");
            tree.Snapshot().Count.ShouldBe(41);
        }
    }

    [Test]
    public async Task A_run_that_cannot_get_the_lock_is_reported()
    {
        using var tree = new TemporaryTree();
        Directory.CreateDirectory(tree.OnDisk("kubernetes"));
        await using var held = new FileStream(tree.OnDisk(LockFile.Busy), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        (await tree.GenerateAsync((One, "a: 1\n"))).Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("another-run");
        tree.Has(One).ShouldBeFalse();
    }

    [Test]
    public async Task Leftovers_of_a_killed_run_are_swept()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((One, "a: 1\n"));
        tree.Put("kubernetes/bases/" + LockFile.NewTemporary(), "half a fi");
        tree.Put(LockFile.Busy, "");
        tree.Put("kubernetes/bases/.platform-gitops-mine.tmp", "not the generator's name");

        await tree.GenerateAsync((One, "a: 1\n"));

        tree.Snapshot().Keys.ShouldBe([LockFile.Name, "kubernetes/bases/.platform-gitops-mine.tmp", One]);
    }
}
