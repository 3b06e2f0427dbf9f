using System.Text.Json;
using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Tests.Plan.Records;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary><c>plan</c> with a limit of lost names of External-DNS, and with the folder of a backup.</summary>
public sealed class PlanLimitTests
{
    private const string Before = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            externalDns:
              instances:
                - { name: shared, provider: rfc2136, policy: sync, domainFilters: [example.com], rfc2136: { host: 192.0.2.53, keyName: k } }
        """;

    private TemporaryFolder _folder = null!;
    private string _definition = null!;

    [SetUp]
    public async Task Commit_one_owner_and_define_another()
    {
        _folder = new TemporaryFolder();
        _definition = _folder.Write("platform.yaml", Before);
        (await Verb.Run("generate", "-f", _definition)).ExitCode.ShouldBe(0);
        if (Tool.Git.Find() is not { } git)
        {
            Assert.Ignore("git is not on the PATH; install it to plan against commits.");
            return;
        }

        string[][] commands =
        [
            ["init", "--quiet"], ["add", "."],
            ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=one"],
        ];
        foreach (var arguments in commands)
        {
            (await ToolProcess.RunAsync(git, ["-C", _folder.Path, .. arguments], new ToolOptions(), CancellationToken.None)).Succeeded
                .ShouldBeTrue();
        }

        _folder.Write("platform.yaml", Before.Replace("policy: sync,", "policy: sync, ownerId: later,"));
        BackupFolder.TryWrite(Backup, Published.Backup()).ShouldBeTrue();
    }

    private string Backup => Path.Combine(_folder.Path, "backup");

    [TearDown]
    public void Remove_the_folder() => _folder.Dispose();

    [Test]
    public async Task Without_a_backup_the_number_is_not_known_and_the_plan_is_refused()
    {
        var plan = await Plan();
        plan.ExitCode.ShouldBe(3);
        plan.Output.ShouldContain("an unknown number of names below example.com: the owner changes from 'infra' to 'later': their records "
            + "stay, and nobody changes or deletes them. Add 'migrateFromOwner: infra'.");
        plan.Output.ShouldContain("Refused: an unknown number of names leaves External-DNS, and --max-vanishing allows 0.");
        plan.Output.ShouldContain("--backup FOLDER");
        plan.Output.ShouldNotContain("--allow-prune");
        (await Plan("--max-vanishing", "100", "--allow-prune")).ExitCode.ShouldBe(3);
        (await Plan("--max-vanishing", "any")).ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task With_a_backup_names_are_listed_and_counted()
    {
        var plan = await Plan("--backup", Backup, "--quiet");
        plan.ExitCode.ShouldBe(3);
        plan.Output.ShouldContain("  ? leave    2 of the names below example.com: ");
        plan.Output.ShouldContain("\n      api.example.com\n      www.shop.example.com\n");
        plan.Output.ShouldContain("To allow them, add --max-vanishing 2.");
        (await Plan("--backup", Backup, "--max-vanishing", "1")).ExitCode.ShouldBe(3);
        (await Plan("--backup", Backup, "--max-vanishing", "2")).ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task Programs_get_the_same()
    {
        var plan = await Plan("--backup", Backup, "--output", "json");
        plan.ExitCode.ShouldBe(3);
        using var json = JsonDocument.Parse(plan.Output);
        json.RootElement.GetProperty("refused").GetBoolean().ShouldBeTrue();
        var records = json.RootElement.GetProperty("records");
        records.GetProperty("vanishing").GetInt32().ShouldBe(2);
        var loss = records.GetProperty("losses")[0];
        (loss.GetProperty("cause").GetString(), loss.GetProperty("fate").GetString(), loss.GetProperty("counted").GetBoolean())
            .ShouldBe(("owner", "left", true));
        loss.GetProperty("names").GetArrayLength().ShouldBe(2);
        json.RootElement.GetProperty("findings")[0].GetProperty("rule").GetString().ShouldBe("plan-endangers-records");
    }

    [TestCase("--max-vanishing", "few", "takes a number of names, or 'any'")]
    [TestCase("--max-vanishing", "-1", "takes a number of names, or 'any'")]
    [TestCase("--backup", "nowhere", "Name a folder that the command backup has written")]
    public async Task An_invalid_option_value_ends_with_exit_code_2(string option, string value, string says)
    {
        var plan = await Plan($"{option}={value}");
        plan.ExitCode.ShouldBe(2);
        plan.Error.ShouldContain(says);
    }

    [Test]
    public async Task A_backup_of_a_cluster_that_neither_tree_has_is_refused()
    {
        var stray = Path.Combine(_folder.Path, "stray");
        BackupFolder.TryWrite(stray, Published.Backup() with { Cluster = "elsewhere" }).ShouldBeTrue();
        var plan = await Plan("--backup", stray);
        plan.ExitCode.ShouldBe(2);
        plan.Error.ShouldContain("A backup is of cluster 'elsewhere', which neither the definition nor the tree of HEAD has.");
    }

    [Test]
    public async Task A_backup_of_a_cluster_that_goes_is_accepted()
    {
        _folder.Write("platform.yaml", Before.Replace("name: infra", "name: other"));
        var plan = await Plan("--backup", Backup);
        plan.ExitCode.ShouldBe(0, plan.Error);
        plan.Output.ShouldContain("cluster infra no longer has a folder: its Flux will report an error and change nothing.");
    }

    private Task<Verb> Plan(params string[] options) => Verb.Run(["plan", "-f", _definition, .. options]);
}
