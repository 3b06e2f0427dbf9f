using Microsoft.Extensions.Time.Testing;

namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>A remembered tree is valid only while nothing in it, above it or before it has changed.</summary>
[Platform("Linux")]
public sealed class UnchangedTreeTests
{
    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";

    private TemporaryTree _tree = null!;

    private string Definition => _tree.OnDisk("platform.yaml");

    [SetUp]
    public async Task Generate_twice()
    {
        _tree = new TemporaryTree();
        _tree.Put("platform.yaml", """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
              - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
            """);
        (await LaterAsync()).Output.ShouldContain("created");
        Remembered.ShouldBeNull("a run that wrote remembers nothing");
        (await LaterAsync()).Output.ShouldContain(" 0 changed, ");
    }

    [TearDown]
    public void Remove_it() => _tree.Dispose();

    [Test]
    public async Task Remembered_warnings_are_repeated_and_git_ignores_the_memory()
    {
        Remembered.ShouldNotBeNull();
        var second = await LaterAsync();
        second.Output.ShouldBe($"0 created, 0 changed, {Remembered} unchanged, 0 removed.\n");
        (await Verb.Run("generate", "--quiet", "-f", Definition)).Output.ShouldBeEmpty();
        _tree.Read(".platform-gitops/.gitignore").ShouldBe("*\n");
    }

    [Test]
    public async Task Recent_changes_are_not_remembered()
    {
        Directory.Delete(_tree.OnDisk(".platform-gitops"), recursive: true);
        File.SetLastWriteTimeUtc(_tree.OnDisk(Settings), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-1));
        await Verb.Run("generate", "-f", Definition);
        _tree.Has(".platform-gitops/unchanged").ShouldBeFalse();
    }

    private static readonly Dictionary<string, (Action<TemporaryTree> Make, int ExitCode)> Changes = new()
    {
        ["a character of a file, its time put back"] = (tree => KeepingTimes(tree.OnDisk(Settings), path =>
        {
            var text = File.ReadAllText(path);
            File.WriteAllText(path, text.Replace("cluster.local", "cluster.lokal"));
        }), 3),
        ["another file of the same text and time in its place"] = (tree => KeepingTimes(tree.OnDisk(Settings), path =>
        {
            File.Copy(path, path + ".new");
            File.Move(path + ".new", path, overwrite: true);
        }), 0),
        ["a file less"] = (tree => File.Delete(tree.OnDisk(Settings)), 0),
        ["a line of the definition"] = (tree => KeepingTimes(tree.OnDisk("platform.yaml"), path =>
            File.WriteAllText(path, File.ReadAllText(path).Replace("10.246", "10.249"))), 0),
        ["a second definition"] = (tree => tree.Put("platform.yml", ""), 2),
        ["a file of a killed run"] = (tree => tree.Put($"kubernetes/clusters/infra/{LockFile.NewTemporary()}", ""), 0),
        ["an overlay"] = (tree => tree.Put("kubernetes/overlays/infra/own.yaml", ""), 0),
        ["the lock file"] = (tree => KeepingTimes(tree.OnDisk(LockFile.Name), path =>
            File.WriteAllText(path, File.ReadAllText(path).Replace("sha256:", "sha256:0"))), 0),
        ["a folder that became a link to itself"] = (tree =>
        {
            Directory.Move(tree.OnDisk("kubernetes/clusters/infra"), tree.OnDisk("elsewhere"));
            Directory.CreateSymbolicLink(tree.OnDisk("kubernetes/clusters/infra"), tree.OnDisk("elsewhere"));
        }, 3),
    };

    private static IEnumerable<string> Names => Changes.Keys;

    [TestCaseSource(nameof(Names))]
    public async Task Any_change_is_detected(string name)
    {
        var (make, exitCode) = Changes[name];
        make(_tree);
        Remembered.ShouldBeNull();
        var run = await LaterAsync();
        run.ExitCode.ShouldBe(exitCode, run.Output + run.Error);
    }

    [Test]
    public async Task A_file_that_the_definition_names_is_looked_at()
    {
        _tree.Put("hosts.zone", "a A 192.168.10.50\n");
        File.AppendAllText(Definition, """

            substrates:
              - name: main
                primary: { addresses: [192.168.10.11] }
                secondary: { addresses: [192.168.10.12] }
                recordsFile: hosts.zone
            """);
        (await LaterAsync()).Output.ShouldContain("created");
        await LaterAsync();
        await LaterAsync();
        Remembered.ShouldNotBeNull("neither the tree nor the file changed");

        KeepingTimes(_tree.OnDisk("hosts.zone"), path => File.WriteAllText(path, "a A 192.168.10.51\n"));

        (await LaterAsync()).Output.ShouldContain("changed   substrate/main/dns/zones/globular.internal.zone");
    }

    [Test]
    public async Task The_first_manifest_in_an_overlay_folder_is_looked_at()
    {
        Directory.CreateDirectory(_tree.OnDisk("kubernetes/overlays/infra/part"));
        await LaterAsync();
        await LaterAsync();
        Remembered.ShouldNotBeNull();

        _tree.Put("kubernetes/overlays/infra/part/own.yaml", "");

        (await LaterAsync()).Output.ShouldContain("created   kubernetes/clusters/infra/overlays.yaml");
    }

    [Test]
    public async Task A_run_that_cannot_store_its_memory_succeeds()
    {
        Directory.Delete(_tree.OnDisk(".platform-gitops"), recursive: true);
        _tree.Put(".platform-gitops", "a file in the way");
        (await LaterAsync()).ExitCode.ShouldBe(0);
        _tree.Read(".platform-gitops").ShouldBe("a file in the way");
    }

    /// <summary>As if a user alternates between ./platform and dotnet run.</summary>
    [Test]
    public void The_native_and_the_managed_program_have_separate_memories()
    {
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(1));
        _tree.Put("platform-gitops", "a program");
        _tree.Put("platform-gitops.dll", "the same one");
        foreach (var program in new[] { Native, Managed })
        {
            UnchangedTree.ReadStatus(Definition, _tree.Root, later, program)!.Remember([]);
        }

        UnchangedTree.ReadStatus(Definition, _tree.Root, later, Native)!.Recall().ShouldNotBeNull();
        UnchangedTree.ReadStatus(Definition, _tree.Root, later, Managed)!.Recall().ShouldNotBeNull();
        File.AppendAllText(Native, "another one");
        UnchangedTree.ReadStatus(Definition, _tree.Root, later, Native)!.Recall().ShouldBeNull("the program is another one");
    }

    private string Native => _tree.OnDisk("platform-gitops");

    private string Managed => _tree.OnDisk("platform-gitops.dll");

    private int? Remembered => UnchangedTree.ReadStatus(Definition, _tree.Root, TimeProvider.System)?.Recall()?.Files;

    /// <summary>A run for which recent changes are long ago.</summary>
    private Task<Verb> LaterAsync() => Verb.At(TimeProvider.System.GetUtcNow().AddDays(1), "generate", "-f", Definition);

    private static void KeepingTimes(string path, Action<string> change)
    {
        var time = File.GetLastWriteTimeUtc(path);
        change(path);
        File.SetLastWriteTimeUtc(path, time);
    }
}
