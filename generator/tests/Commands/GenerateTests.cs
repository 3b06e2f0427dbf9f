namespace PlatformGitOps.Generator.Tests.Commands;

public class GenerateTests
{
    private string root = "";

    [SetUp]
    public void A_folder_with_a_definition()
    {
        root = Directory.CreateTempSubdirectory("platform-gitops-").FullName;
        File.Copy(Sample.Definition, Definition);
    }

    [TearDown]
    public void Remove_it() => Directory.Delete(root, recursive: true);

    [Test]
    public async Task A_second_run_writes_nothing()
    {
        await Verb.Run("-f", Definition);
        var before = Times();

        var second = await Verb.Run("generate", "-f", Definition);

        second.ExitCode.ShouldBe(0);
        second.Output.ShouldContain("0 created, 0 changed");
        Times().ShouldBe(before);
    }

    [Test]
    public async Task A_file_that_a_hand_changed_is_kept_and_named_and_the_exit_code_is_3()
    {
        await Verb.Run("-f", Definition);
        var edited = Path.Combine(root, "kubernetes/clusters/infra/coredns.yaml");
        await File.AppendAllTextAsync(edited, "# mine\n");
        await EditAsync("name: infra", "name: infrastructure");

        var run = await Verb.Run("-f", Definition);

        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain("kubernetes/clusters/infra/coredns.yaml");
        (await File.ReadAllTextAsync(edited)).ShouldEndWith("# mine\n");
    }

    [Test]
    public async Task A_bad_definition_ends_with_2_and_writes_nothing()
    {
        await EditAsync("10.245.0.0/16", "10.245.0.1/16");

        var run = await Verb.Run("-f", Definition);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("10.245.0.0/16");
        Directory.Exists(Path.Combine(root, "kubernetes")).ShouldBeFalse();
    }

    [Test]
    public async Task Wrong_usage_ends_with_2() => (await Verb.Run("--bogus")).ExitCode.ShouldBe(2);

    private string Definition => Path.Combine(root, "platform.yaml");

    private async Task EditAsync(string old, string now) => await File.WriteAllTextAsync(
        Definition, (await File.ReadAllTextAsync(Definition)).Replace(old, now));

    private Dictionary<string, DateTime> Times() => Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, File.GetLastWriteTimeUtc);

}
