using System.Runtime.Versioning;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "shell scripts and file modes")]
public sealed class AcceptTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Begin() => _folder = new TemporaryFolder();

    [TearDown]
    public void End() => _folder.Dispose();

    [Test]
    public void The_manifest_of_a_repository_goes_before_the_search_path()
    {
        var (programs, repository) = (Programs("dotnet", "platform-gitops-acceptance"), Made("repository"));
        Made(Path.Combine("repository", ".config"));
        File.WriteAllText(
            Path.Combine(repository, ".config", "dotnet-tools.json"), """{ "tools": { "platform-gitops-acceptance": {} } }""");

        AcceptCommand.Find(Made(Path.Combine("repository", "deeper")), programs)!.Value.First
            .ShouldBe(["tool", "run", "platform-gitops-acceptance", "--"]);
        AcceptCommand.Find(Made("elsewhere"), programs)!.Value.ShouldSatisfyAllConditions(
            found => found.File.ShouldBe(Path.Combine(programs, "platform-gitops-acceptance")),
            found => found.First.ShouldBeEmpty());
    }

    [TestCase("not JSON")]
    [TestCase("""{ "tools": { "platform-gitops": {} } }""")]
    [TestCase("[]")]
    public void Without_the_tool_there_is_nothing_to_run(string manifest)
    {
        Made(".config");
        File.WriteAllText(Path.Combine(_folder.Path, ".config", "dotnet-tools.json"), manifest);

        AcceptCommand.Find(_folder.Path, Programs("dotnet")).ShouldBeNull();
    }

    [Test]
    public async Task Output_and_exit_code_are_the_program_s()
    {
        var program = Path.Combine(Programs("suite"), "suite");
        File.WriteAllText(program, "#!/bin/sh\necho \"$@\"\necho wrong >&2\nexit 1\n");
        var (output, error) = (new List<string>(), new List<string>());

        var code = await ToolProcess.FollowAsync(program, ["--cluster", "none"], output.Add, error.Add, CancellationToken.None);

        (code, string.Join('|', output), string.Join('|', error)).ShouldBe((1, "--cluster none", "wrong"));
    }

    private string Made(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;

    private string Programs(params string[] names)
    {
        var folder = Made("programs");
        foreach (var name in names)
        {
            var file = Path.Combine(folder, name);
            File.WriteAllText(file, "#!/bin/sh\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
