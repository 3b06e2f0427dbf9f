namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>The real program with a limit for the size of files, which the system reports like a full disk.</summary>
[TestFixture]
public sealed class FullDiskTests
{
    private const int Block = 512;

    [Test]
    public async Task A_file_that_finds_no_room_is_named_and_all_others_are_written_in_whole()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no limit for the size of files; runs on Linux and macOS.");
        }

        using var tree = new TemporaryTree();
        File.Copy(Sample.Definition, tree.OnDisk("platform.yaml"));
        var files = Generated(tree);
        var blocks = (files.Values.Max(text => text.Length) - 1) / Block;
        var tooLarge = files.Where(file => file.Value.Length > blocks * Block).Select(file => file.Key).ToArray();

        var (exitCode, error) = await RunAsync(tree, blocks);

        exitCode.ShouldBe(2, error);
        foreach (var path in tooLarge)
        {
            error.ShouldContain($"{path}: write-failed");
        }

        var written = tree.Snapshot().Where(file => file.Key is not (LockFile.Name or "platform.yaml"))
            .ToDictionary(file => file.Key, file => file.Value.Text);
        written.ShouldBe(files.Where(file => !tooLarge.Contains(file.Key)), ignoreOrder: true);

        (await RunAsync(tree, 1 << 20)).ExitCode.ShouldBe(0, "with room again the next run completes the tree");
        tree.Read(tooLarge[0]).ShouldBe(files[tooLarge[0]]);
    }

    [Test]
    public async Task A_disk_that_is_full_leaves_no_half_file_and_the_next_run_with_room_completes_the_tree()
    {
        using var tree = new TemporaryTree();
        File.Copy(Sample.Definition, tree.OnDisk("platform.yaml"));
        var files = Generated(tree);
        Directory.CreateDirectory(tree.OnDisk("disk"));

        // A file system of 64 KiB in its own mount namespace, which disappears with the process.
        const string Script = """
            mount -t tmpfs -o size=64k tmpfs "$2/disk" && cp "$2/platform.yaml" "$2/disk" || exit 125
            "$0" "$1" generate -f "$2/disk/platform.yaml"; echo "first $?"
            cp -r "$2/disk/kubernetes" "$2/after-first"
            mount -o remount,size=16m "$2/disk" || exit 125
            "$0" "$1" generate -f "$2/disk/platform.yaml"; echo "second $?"
            cp -r "$2/disk/kubernetes" "$2/after-second"
            """;
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("A small disk is made with mount namespaces; runs on Linux, as root or where unshare is allowed.");
        }

        var run = await GeneratorProcess.RunFile(
            "/bin/sh",
            ["-c", "exec unshare --mount /bin/sh -c \"$0\" \"$@\"", Script,
                GeneratorProcess.Runtime, GeneratorProcess.Assembly, tree.Root]);
        if (run.ExitCode != 0)
        {
            Assert.Ignore(
                $"A small disk cannot be made here ({run.Error.Trim()}); run as root, or where unshare and mount are allowed.");
        }

        run.Output.ShouldContain("first 2\n", customMessage: run.Error);
        run.Output.ShouldContain("second 0\n", customMessage: run.Error);
        var first = Written(tree, "after-first");
        first.Count.ShouldBeInRange(1, files.Count - 1);
        first.ShouldBeSubsetOf(files);
        Written(tree, "after-second").ShouldBe(files, ignoreOrder: true);
    }

    private static Dictionary<string, string> Generated(TemporaryTree tree) =>
        Tree.Build(((PlatformReading.Valid)PlatformFile.Read(tree.OnDisk("platform.yaml"))).Platform)
            .ToDictionary(file => file.Path, file => file.Text);

    private static Dictionary<string, string> Written(TemporaryTree tree, string folder) => tree.Snapshot()
        .Where(file => file.Key.StartsWith(folder, StringComparison.Ordinal) && !file.Key.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(file => "kubernetes" + file.Key[folder.Length..], file => file.Value.Text);

    private static async Task<(int ExitCode, string Error)> RunAsync(TemporaryTree tree, int blocks)
    {
        // With the signal ignored, the write gets an error; the runtime's own doubly mapped memory would count as a file.
        var script = $"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableWriteXorExecute=0 exec \"$0\" \"$@\"";
        var run = await GeneratorProcess.RunFile(
            "/bin/sh", ["-c", script, GeneratorProcess.Runtime, GeneratorProcess.Assembly, "generate", "-f", tree.OnDisk("platform.yaml")]);
        return (run.ExitCode, run.Output + run.Error);
    }
}
