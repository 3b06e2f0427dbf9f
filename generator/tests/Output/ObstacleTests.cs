namespace PlatformGitOps.Generator.Tests.Output;

[TestFixture]
public sealed class ObstacleTests
{
    private const string Path1 = "kubernetes/bases/one.yaml";
    private const string Other = "kubernetes/other.yaml";

    [TestCase("kubernetes")]
    [TestCase("kubernetes/bases")]
    [TestCase(Path1)]
    [TestCase(LockFile.Name)]
    [TestCase(LockFile.Busy)]
    public async Task A_link_out_of_the_tree_is_never_followed(string link)
    {
        using var outside = new TemporaryTree();
        using var tree = new TemporaryTree();
        outside.Put("target", "outside\n");
        Directory.CreateDirectory(Path.GetDirectoryName(tree.OnDisk(link))!);
        var isFolder = link.EndsWith("bases", StringComparison.Ordinal) || link == "kubernetes";
        File.CreateSymbolicLink(tree.OnDisk(link), isFolder ? outside.Root : outside.OnDisk("target"));

        foreach (var force in new[] { false, true })
        {
            var result = await tree.GenerateAsync(force, (Path1, "a: 1\n"));

            result.Complete.ShouldBeFalse();
            result.Obstacles.Concat(result.Files.Select(file => file.Finding!)).ShouldAllBe(finding => finding.Rule == "symlink");
            outside.Snapshot().Keys.ShouldBe(["target"]);
            outside.Read("target").ShouldBe("outside\n");
        }
    }

    [Test]
    public async Task An_owned_folder_that_became_a_link_keeps_what_it_leads_to()
    {
        using var outside = new TemporaryTree();
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((Path1, "a: 1\n"), (Other, "b: 1\n"));
        Directory.Delete(tree.OnDisk("kubernetes/bases"), recursive: true);
        outside.Put("one.yaml", "a: 1\n");
        File.CreateSymbolicLink(tree.OnDisk("kubernetes/bases"), outside.Root);

        (await tree.GenerateAsync((Other, "b: 1\n"))).Complete.ShouldBeTrue();

        outside.Read("one.yaml").ShouldBe("a: 1\n");
    }

    [TestCase("kubernetes/bases/one.yaml/foreign", "folder-in-the-way")]
    [TestCase("kubernetes/bases", "file-in-the-way")]
    [TestCase("kubernetes/bases/ONE.yaml", "case-collision")]
    [TestCase("kubernetes/Bases/x.yaml", "case-collision")]
    public async Task Obstacles_are_reported_and_kept_and_the_other_files_are_written(string foreign, string rule)
    {
        using var tree = new TemporaryTree();
        tree.Put(foreign, "mine");

        var result = await tree.GenerateAsync(force: true, (Path1, "a: 1\n"), (Other, "b: 1\n"));

        result.Files[0].Finding!.Rule.ShouldBe(rule);
        result.Files[1].ShouldBe(new FileResult(Other, Outcome.Created));
        tree.Read(foreign).ShouldBe("mine");
    }

    [Test]
    public async Task An_empty_folder_at_a_files_path_is_reported_and_one_that_becomes_empty_is_removed()
    {
        using var tree = new TemporaryTree();
        Directory.CreateDirectory(tree.OnDisk(Path1));

        (await tree.GenerateAsync(force: true, (Path1, "a: 1\n"))).Files[0].Finding!.Rule.ShouldBe("folder-in-the-way");

        Directory.Delete(tree.OnDisk(Path1));
        (await tree.GenerateAsync((Path1 + "/below.yaml", "a: 1\n"))).Complete.ShouldBeTrue();
        (await tree.GenerateAsync((Path1, "a: 1\n"))).Complete.ShouldBeTrue();
    }

    [Test]
    public async Task A_read_only_file_is_changed_only_with_force()
    {
        using var tree = new TemporaryTree();
        await tree.GenerateAsync((Path1, "a: 1\n"));
        File.SetAttributes(tree.OnDisk(Path1), FileAttributes.ReadOnly);

        (await tree.GenerateAsync((Path1, "a: 1\n"))).Complete.ShouldBeTrue("nothing has to be written");
        (await tree.GenerateAsync((Path1, "a: 2\n"))).Files[0].Finding!.Rule.ShouldBe("read-only");
        tree.Read(Path1).ShouldBe("a: 1\n");
        (await tree.GenerateAsync(force: true, (Path1, "a: 2\n"))).Complete.ShouldBeTrue();
        tree.Read(Path1).ShouldBe("a: 2\n");
    }

    [TestCase("../outside.yaml", "path-unsafe")]
    [TestCase("kubernetes/../outside.yaml", "path-unsafe")]
    [TestCase("/etc/outside.yaml", "path-unsafe")]
    [TestCase("src/outside.yaml", "path-unsafe")]
    [TestCase("kubernetes\\outside.yaml", "path-unsafe")]
    [TestCase("kubernetes/C:/x", "path-unsafe")]
    [TestCase("kubernetes/nul.yaml", "path-unsafe")]
    [TestCase("kubernetes/con", "path-unsafe")]
    [TestCase("kubernetes/end.", "path-unsafe")]
    [TestCase("kubernetes/a b", "path-unsafe")]
    [TestCase("kubernetes//a", "path-unsafe")]
    [TestCase("kubernetes/.git/config", "path-unsafe")]
    [TestCase("kubernetes/.platform-gitops.lock", "path-unsafe")]
    [TestCase(Other, "path-twice")]
    [TestCase("kubernetes/OTHER.yaml", "case-collision")]
    [TestCase("kubernetes/other.yaml/below", "folder-in-the-way")]
    public async Task An_impossible_set_of_paths_writes_nothing(string path, string rule)
    {
        using var tree = new TemporaryTree();

        var result = await tree.GenerateAsync((Other, "b: 1\n"), (path, "x"));

        result.Obstacles.ShouldHaveSingleItem().Rule.ShouldBe(rule);
        tree.Snapshot().ShouldBeEmpty();
    }

    [TestCase("src/program.cs")]
    [TestCase("kubernetes/../src/program.cs")]
    public async Task A_lock_file_from_elsewhere_removes_nothing(string path)
    {
        using var tree = new TemporaryTree();
        tree.Put("src/program.cs", "code");
        tree.Put(LockFile.Name, $"{ContentHash.OfText("code")}  {path}\n");

        (await tree.GenerateAsync((Other, "b: 1\n"))).Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("lock-unreadable");

        tree.Read("src/program.cs").ShouldBe("code");
    }

    [Test]
    public async Task Force_on_a_read_only_hard_link_changes_neither_text_nor_mode_of_the_other_name()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no Unix file modes; runs on Linux and macOS.");
            return;
        }

        using var tree = new TemporaryTree();
        await tree.GenerateAsync((Path1, "a: 1\n"));
        tree.Put("outside", "mine\n");
        const UnixFileMode Mode = UnixFileMode.UserRead;
        File.SetUnixFileMode(tree.OnDisk("outside"), Mode);
        File.Delete(tree.OnDisk(Path1));
        await Posix.RunAsync("ln", tree.OnDisk("outside"), tree.OnDisk(Path1));

        (await tree.GenerateAsync(force: true, (Path1, "a: 2\n"))).Complete.ShouldBeTrue();

        tree.Read(Path1).ShouldBe("a: 2\n");
        tree.Read("outside").ShouldBe("mine\n");
        File.GetUnixFileMode(tree.OnDisk("outside")).ShouldBe(Mode);
    }

    [TestCase(Path1, "special-file")]
    [TestCase("kubernetes/bases", "file-in-the-way")]
    [TestCase(LockFile.Name, "special-file")]
    [TestCase(LockFile.Busy, "special-file")]
    [Platform("Linux", Reason = "mkfifo, and the check itself.")]
    [CancelAfter(20_000)]
    public async Task A_named_pipe_is_refused_and_never_opened(string path, string rule)
    {
        using var tree = new TemporaryTree();
        Directory.CreateDirectory(Path.GetDirectoryName(tree.OnDisk(path))!);
        await Posix.RunAsync("mkfifo", tree.OnDisk(path));

        foreach (var force in new[] { false, true })
        {
            var result = await tree.GenerateAsync(force, (Path1, "a: 1\n"));
            result.Obstacles.Concat(result.Files.Select(file => file.Finding!)).ShouldHaveSingleItem().Rule.ShouldBe(rule);
            DriftCheck.Run(tree.Request(force, (Path1, "a: 1\n")), CancellationToken.None).Drifted.ShouldBeTrue();
        }
    }

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("plan")]
    [Platform("Linux", Reason = "mkfifo and /dev/zero, and the check itself.")]
    [CancelAfter(120_000)]
    public async Task No_command_hangs_on_a_named_pipe_or_a_device(string verb)
    {
        using var tree = new TemporaryTree();
        File.Copy(Sample.Definition, tree.OnDisk("platform.yaml"));
        (await Verb.Run("generate", "-f", tree.Root)).ExitCode.ShouldBe(0);
        await Posix.RunAsync("mkfifo", tree.OnDisk("kubernetes/clusters/infra/foreign.yaml"));
        File.CreateSymbolicLink(tree.OnDisk("kubernetes/clusters/infra/zero.yaml"), "/dev/zero");

        (await Verb.Run(verb, "-f", tree.Root)).ExitCode.ShouldBe(verb == "plan" ? 2 : 0, "plan has no commit here");

        File.Delete(tree.OnDisk("platform.yaml"));
        File.CreateSymbolicLink(tree.OnDisk("platform.yaml"), "/dev/zero");
        var run = await Verb.Run(verb, "-f", tree.Root);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("is a named pipe, a device or a socket");
    }

    [Test]
    public async Task A_root_that_is_not_there_is_named()
    {
        using var tree = new TemporaryTree();
        var request = tree.Request(force: false, (Other, "b: 1\n")) with { Root = tree.OnDisk("missing") };

        (await TreeWriter.WriteAsync(request, TimeProvider.System, CancellationToken.None))
            .Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("root-missing");
    }
}
