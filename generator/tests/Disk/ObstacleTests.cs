using PlatformGitOps.Generator.Disk;

namespace PlatformGitOps.Generator.Tests.Disk;

[TestFixture]
public sealed class ObstacleTests
{
    private const string Path1 = "kubernetes/bases/one.yaml";
    private const string Other = "kubernetes/other.yaml";

    [TestCase("kubernetes")]
    [TestCase("kubernetes/bases")]
    [TestCase(Path1)]
    [TestCase(OwnFiles.Lock)]
    [TestCase(OwnFiles.Busy)]
    public async Task A_link_out_of_the_tree_is_never_followed(string link)
    {
        using var outside = new TemporaryTree();
        using var tree = new TemporaryTree();
        outside.Put("target", "outside\n");
        Directory.CreateDirectory(Path.GetDirectoryName(tree.OnDisk(link))!);
        File.CreateSymbolicLink(tree.OnDisk(link), link.EndsWith("bases", StringComparison.Ordinal) || link == "kubernetes" ? outside.Root : outside.OnDisk("target"));

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
    public async Task What_stands_in_the_way_is_named_and_left_and_the_other_files_are_written(string foreign, string rule)
    {
        using var tree = new TemporaryTree();
        tree.Put(foreign, "mine");

        var result = await tree.GenerateAsync(force: true, (Path1, "a: 1\n"), (Other, "b: 1\n"));

        result.Files[0].Finding!.Rule.ShouldBe(rule);
        result.Files[1].ShouldBe(new FileResult(Other, Outcome.Created));
        tree.Read(foreign).ShouldBe("mine");
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
        tree.Put(OwnFiles.Lock, $"{ContentHash.OfText("code")}  {path}\n");

        (await tree.GenerateAsync((Other, "b: 1\n"))).Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("lock-unreadable");

        tree.Read("src/program.cs").ShouldBe("code");
    }

    [Test]
    public async Task A_root_that_is_not_there_is_named()
    {
        using var tree = new TemporaryTree();
        var request = tree.Request(force: false, (Other, "b: 1\n")) with { Root = tree.OnDisk("missing") };

        (await TreeWriter.WriteAsync(request, TimeProvider.System, CancellationToken.None)).Obstacles.ShouldHaveSingleItem().Rule.ShouldBe("root-missing");
    }
}
