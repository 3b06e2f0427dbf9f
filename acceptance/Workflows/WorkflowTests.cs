using PlatformGitOps.Acceptance.Criteria.Substrate;
using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>Workflows run on other machines, at night, so their mistakes must be found here.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] JobKeys =
        ["name", "needs", "if", "runs-on", "timeout-minutes", "strategy", "env", "steps", "permissions", "environment",
            "outputs"];
    private static readonly string[] StepKeys = ["name", "id", "if", "uses", "with", "run", "env"];

    /// <summary>The calls by which a test declares the programs that it needs.</summary>
    private static readonly string[] Needs =
    [
        $"{nameof(LocalProgram)}.{nameof(LocalProgram.Need)}(", $"{nameof(KubernetesHosts)}.{nameof(KubernetesHosts.Need)}(",
    ];

    private static IReadOnlyList<Workflow> Workflows => Workflow.All;

    private static Workflow Nightly => Workflows.Single(workflow => workflow.Name == "nightly.yml");

    [TestCaseSource(nameof(Workflows))]
    public void Every_action_is_pinned_to_a_commit_with_its_release_in_a_comment(Workflow workflow) =>
        workflow.Text.Split('\n').Where(line => line.Contains("uses:"))
            .ShouldAllBe(line => Pinned().IsMatch(line));

    [TestCaseSource(nameof(Workflows))]
    public void Rights_are_few_runs_do_not_overlap_and_every_job_ends(Workflow workflow)
    {
        workflow.Document.Map("permissions").ShouldBe(new Dictionary<string, string> { ["contents"] = "read" });
        workflow.Document.Text("concurrency.group").ShouldNotBeNullOrEmpty();
        workflow.Jobs.ShouldAllBe(job => job.Document.Number("timeout-minutes") > 0);
    }

    [TestCaseSource(nameof(Workflows))]
    public void Jobs_and_steps_have_no_keys_that_would_be_ignored(Workflow workflow)
    {
        foreach (var job in workflow.Jobs)
        {
            Keys(job.Document).Except(JobKeys).ShouldBeEmpty(job.Id);
            var machines = job.Document.Text("runs-on") == "${{ matrix.machine }}" ? job.Legs.Select(leg => leg["machine"])
                : [job.Document.Text("runs-on")!];
            machines.Except(["ubuntu-24.04", "ubuntu-24.04-arm"]).ShouldBeEmpty("a label that moves is another machine one night");
            job.Needs.Except(workflow.Jobs.Select(other => other.Id)).ShouldBeEmpty($"{job.Id} needs jobs that are not there");
            foreach (var step in job.Steps)
            {
                Keys(step).Except(StepKeys).ShouldBeEmpty(step.ToString());
                Keys(step).Intersect(["uses", "run"]).Count().ShouldBe(1, $"{job.Id}: a step uses an action or runs a script");
            }
        }
    }

    [TestCaseSource(nameof(Workflows))]
    public void Expressions_name_what_there_is(Workflow workflow)
    {
        foreach (var job in workflow.Jobs)
        {
            var axes = job.Legs[0].Keys.Select(axis => $"matrix.{axis}");
            var names = job.Expressions
                .SelectMany(expression => Names().Matches(Literals().Replace(expression, "")).Select(match => match.Value)).Distinct();
            names.Except(axes).Except(job.Needs.Select(need => $"needs.{need}"))
                .Except(job.Steps.Select(step => step.Text("id")).OfType<string>().Select(id => $"steps.{id}"))
                .Except(["github.token", "github.repository", "github.server_url", "github.run_id", "github.ref", "github.ref_name",
                    "github.repository_owner", "github.event", "github.event_name", "runner.temp", "vars.NUGET_USER"])
                .ShouldBeEmpty($"{job.Id} of {workflow}");
        }
    }

    [Test]
    public void Every_night_runs_both_kinds_of_cluster_with_both_deliveries()
    {
        var job = Nightly.Jobs.Single(entry => entry.Id == "acceptance");
        job.Legs.Select(leg => string.Join(' ', leg.OrderBy(axis => axis.Key, StringComparer.Ordinal).Select(axis => axis.Value))).ShouldBe(
            from cluster in new[] { "kind", "k3s" }
            from delivery in new[] { "helm", "flux" }
            select $"{cluster} {delivery}",
            ignoreOrder: true);
        job.Document.Flag("strategy.fail-fast").ShouldBe(false, "a red leg must not hide the others");
        foreach (var leg in job.Legs)
        {
            SuiteSettings.Read(Environment(job, leg).GetValueOrDefault, []).Cluster.ToString().ToLowerInvariant().ShouldBe(leg["cluster"]);
        }

        Nightly.Jobs.Single(entry => entry.Needs.Contains(job.Id)).Document.Text("permissions.issues")
            .ShouldBe("write", "who opens the issue");
    }

    [Test]
    public void Every_night_runs_on_clusters_that_are_not_those_of_the_sample()
    {
        var job = Nightly.Jobs.Single(entry => entry.Id == "definitions");
        foreach (var leg in job.Legs)
        {
            var definition = DefinedTree.Read(StorySample.Definition(leg["definition"]));
            definition.Clusters.Select(cluster => cluster.Name.Text).Intersect(StorySample.Tree.Clusters).ShouldBeEmpty();
        }

        job.Legs.Select(leg => leg["definition"]).ShouldBeUnique();
        job.Legs.Count.ShouldBeGreaterThan(1);
    }

    /// <summary>helm delivery skips a check of a key that it does not support, and the leg is green.</summary>
    [Test]
    public void Every_night_delivers_each_key_by_flux_too_from_a_folder_of_the_repository()
    {
        var job = Nightly.Jobs.Single(entry => entry.Id == "keys");
        job.Legs.Select(leg => SuiteSettings.Read(Environment(job, leg).GetValueOrDefault, []).Delivery)
            .ShouldBe([DeliveryChoice.Helm, DeliveryChoice.Flux]);
        var folder = Path.GetDirectoryName(job.Document.Text("env.ACCEPTANCE_DEFINITION"))!;
        string.Join('\n', job.Steps.Select(step => step.Text("run"))).ShouldContain($"path: {folder}' ");
        job.Steps.Where(step => step.Text("run")?.Contains("TestCategory=Live&") == true)
            .ShouldAllBe(step => step.Text("if") == null);
    }

    [TestCaseSource(nameof(Workflows))]
    public void Evidence_is_kept_from_every_run_on_a_cluster_also_from_a_red_one(Workflow workflow)
    {
        foreach (var job in workflow.Jobs
            .Where(job => job.Steps.Any(step => step.Text("run")?.Contains("dotnet test acceptance") == true)))
        {
            var keep = job.Steps
                .Single(step => step.Text("uses")?.StartsWith("actions/upload-artifact@", StringComparison.Ordinal) == true);
            keep.Text("if").ShouldBe("always()");
            Path.GetFullPath(Path.Combine(Repository.Root, keep.Text("with.path")!)).TrimEnd('/').ShouldBe(EvidenceFolder.Default);
            job.Legs[0].Keys.ShouldAllBe(
                axis => keep.Text("with.name")!.Contains($"matrix.{axis} "),
                "legs of one name would overwrite each other");
        }
    }

    [TestCaseSource(nameof(Workflows))]
    public void Settings_in_the_environment_are_settings_of_the_suite(Workflow workflow) =>
        SettingNames().Matches(workflow.Text).Select(match => match.Groups[1].Value.Replace('_', '-').ToLowerInvariant())
            .Except(AllSettings()).ShouldBeEmpty();

    [Test]
    public void The_documentation_lists_every_setting()
    {
        var documented = Quoted().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "acceptance.md")))
            .Select(match => match.Groups[1].Value);
        AllSettings().Except(documented).ShouldBeEmpty("settings that docs/acceptance.md does not name");
    }

    [Test]
    public void The_nightly_run_pulls_the_images_of_the_suite()
    {
        var settings = new SuiteSettings();
        Pulled().Matches(Nightly.Text).Select(match => match.Groups[1].Value).Distinct()
            .ShouldBe([settings.SmallImage, settings.VictoriaMetricsImage, settings.VmalertImage], ignoreOrder: true);
    }

    /// <summary>Without these images a check is skipped, and the leg is green.</summary>
    [Test]
    public void A_leg_that_runs_every_check_has_the_images_of_each()
    {
        var settings = new SuiteSettings();
        // Upgrade.1 runs the other checks itself.
        var legs = Nightly.Jobs.Where(job => job.Document.Text("env.ACCEPTANCE_CLUSTER") != "none")
            .Select(job => (Job: job, Script: string.Join('\n', job.Steps.Select(step => step.Text("run")))))
            .Select(leg => (leg.Job.Id, leg.Script, All: EveryCheck().IsMatch(leg.Script)))
            .Where(leg => leg.All || leg.Script.Contains("TestCategory=Upgrade&")).ToList();
        legs.Select(leg => leg.Id).ShouldBe(["acceptance", "upgrade", "definitions"]);
        foreach (var (id, script, all) in legs)
        {
            Pulled().Matches(script).Select(match => match.Groups[1].Value)
                .ShouldBe([settings.SmallImage, settings.VictoriaMetricsImage, settings.VmalertImage], ignoreOrder: true, id);
            (!all || script.Contains("controller/build-image")).ShouldBeTrue(id);
        }
    }

    /// <summary>Tests without their program are skipped, and nobody reads the log of a green leg.</summary>
    [TestCaseSource(nameof(Workflows))]
    public void An_ignored_failure_is_a_warning_of_the_run(Workflow workflow) =>
        workflow.Scripts.SelectMany(script => Instead().Matches(script).Select(match => match.Groups[1].Value))
            .ShouldAllBe(said => said.StartsWith("::warning::", StringComparison.Ordinal));

    /// <summary>Tests with programs of the machine are skipped without them.</summary>
    [Test]
    public void A_leg_of_the_nightly_runs_each_test_that_needs_a_program()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "acceptance"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Text: File.ReadAllText(file)))
            .Where(file => Needs.Any(need => file.Text.Contains(need))).ToList();
        files.Count.ShouldBeGreaterThan(5);
        Needs.ShouldAllBe(need => files.Any(file => file.Text.Contains(need)));
        files.Where(file => !CategoryOfClass().Matches(file.Text)
                .Any(category => Nightly.Text.Contains($"\"TestCategory={category.Groups[1].Value}\"")))
            .Select(file => file.Name).ShouldBeEmpty("classes without a category that a leg runs");
    }

    /// <summary>Legs of parts that are off by default and of the other architecture, with the programs of their tests.</summary>
    [TestCase("node-local", "TestCategory=NodeLocalSabotage")]
    [TestCase("upgrade", "TestCategory=Live&TestCategory=Upgrade&")]
    [TestCase("upgrade", "TestCategory=UpgradeSabotage")]
    [TestCase("autoscaling", "TestCategory=ScalingSabotage")]
    [TestCase("notices", "TestCategory=NoticesSabotage")]
    [TestCase("keys", "TestCategory=Live&(TestCategory=Keys|TestCategory=AC2)")]
    [TestCase("keys", "TestCategory=KeysSabotage")]
    [TestCase("definitions", "TestCategory=Check")]
    [TestCase("secrets", "TestCategory=SecretsSabotage")]
    [TestCase("secrets", "verify: { secretName: ")]
    [TestCase("policies", "cp acceptance/fixtures/definitions/node-local-redirect.yaml artifacts/redirect/platform.yaml")]
    [TestCase("policies", "(TestCategory=AC2|TestCategory=AC5|Name~NodeLocal.|Name~Disruption.5)")]
    [TestCase("oci", "kind: oci")]
    [TestCase("oci", "TestCategory=SecretsSabotage&Name~Secrets.4")]
    [TestCase("external-dns", "TestCategory=ExternalDns")]
    [TestCase("external-dns", "TestCategory=Substrate&Name~Substrate.37")]
    [TestCase("records", "TestCategory=RecordsSabotage")]
    [TestCase("everything", "TestCategory=RecordsSabotage&Name~Records.11")]
    [TestCase("geo", "TestCategory=GeoRouting")]
    [TestCase("substrate", "TestCategory=Substrate")]
    [TestCase("substrate", "TestCategory=Systemd")]
    [TestCase("substrate", "TestCategory=Cleanup")]
    [TestCase("migration", "TestCategory=LiveSabotage&Name~Adoption.3")]
    [TestCase("migration", "TestCategory=LiveSabotage&Name~Substrate.1")]
    [TestCase("arm64", "PLATFORM_GITOPS=$RUNNER_TEMP/")]
    public void Every_night_runs_what_no_other_leg_does_and_a_red_one_is_reported(string leg, string filter)
    {
        var job = Nightly.Jobs.Single(entry => entry.Id == leg);
        job.Steps.ShouldContain(step => step.Text("run") != null && step.Text("run")!.Contains(filter));
        var report = Nightly.Jobs.Single(entry => entry.Id == "report");
        report.Needs.ShouldContain(leg);
        foreach (var needed in report.Needs)
        {
            report.Steps.Single().Text("env.LEGS")!.ShouldContain($"needs.{needed}.result");
        }
    }

    /// <summary>Without root the test is skipped; the step fails if no test passed.</summary>
    [Test]
    public void Every_change_runs_as_root_what_needs_root()
    {
        var script = Workflows.Single(one => one.Name == "ci.yml").Scripts
            .Single(text => text.Contains("sudo env \"PATH=$PATH\" dotnet test dns/tests"));
        script.ShouldContain("grep -q '^Passed!'");
        File.ReadAllText(Path.Combine(Repository.Root, "dns", "tests", "Interoperability.cs"))
            .ShouldContain(NameFilter().Match(script).Groups[1].Value, Case.Sensitive, "the step runs no test");
    }

    /// <summary>A red step means that a new fault is known, or that its acceptance has expired.</summary>
    [TestCase("ci.yml", "./platform versions --output github\n")]
    [TestCase("ci.yml", "./platform versions --output github -f \"$RUNNER_TEMP/fresh\"")]
    [TestCase("platform.yml", "dotnet platform-gitops versions --output github")]
    public void Every_change_is_compared_with_the_known_faults(string workflow, string command) =>
        Workflows.Single(one => one.Name == workflow).Jobs.SelectMany(job => job.Steps)
            .Count(step => step.Text("run")?.Contains(command) == true
                && !(step.Text("if") ?? "").Contains("github.event")).ShouldBe(1);

    [Test]
    public void The_nightly_drives_to_the_release_and_the_image_that_init_writes()
    {
        var job = Nightly.Jobs.Single(job => job.Id == "upgrade").Document;
        job.Text("env.ACCEPTANCE_UPGRADE_TO").ShouldBe(CoreDnsChart.Driven.ToString());
        job.Text("env.ACCEPTANCE_UPGRADE_IMAGE").ShouldBe(CoreDnsChart.StarterImage.ToString());
    }

    [Test]
    public void Each_image_of_a_release_has_a_provenance()
    {
        var steps = Workflows.Single(one => one.Name == "release.yml").Jobs.SelectMany(job => job.Steps).ToList();
        var images = Joined().Match(steps.Single(step => step.Text("id") == "images").Text("run")!).Groups[1].Value.Split(' ');

        images.Length.ShouldBe(5);
        images.ShouldAllBe(image => steps.Count(step => (step.Text("uses") ?? "").StartsWith("actions/attest@", StringComparison.Ordinal)
            && (step.Text("with.subject-name") ?? "").EndsWith($"/{image}", StringComparison.Ordinal)
            && step.Text("with.subject-digest") == $"${{{{ steps.images.outputs.{image} }}}}") == 1);
    }

    /// <summary>The SDK puts the program into the image's working directory; mounting a folder there would hide it.</summary>
    [Test]
    public void An_image_keeps_its_program_out_of_the_folder_that_a_user_mounts() =>
        Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("<ContainerWorkingDirectory>")).ShouldBeEmpty();

    [Test]
    public void The_programs_of_the_nightly_are_those_of_the_tree()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, ".ci", "programs"));
        script.ShouldContain($" external-dns {ExternalDnsNames.Image} ");
        script.ShouldContain($" coredns {GeoDnsSettings.DefaultCoreDnsImage} ");
    }

    private static IEnumerable<string> Keys(Resource of) => of.Document.Select(entry => entry.Key);

    private static Dictionary<string, string> Environment(Workflow.Job job, IReadOnlyDictionary<string, string> leg) =>
        job.Document.Map("env").ToDictionary(
            variable => variable.Key["ACCEPTANCE_".Length..].Replace('_', '-').ToLowerInvariant(),
            variable => leg.Aggregate(
                variable.Value,
                (value, axis) => value.Replace($"${{{{ matrix.{axis.Key} }}}}", axis.Value)));

    private static IReadOnlyList<string> AllSettings() => SuiteSettings.Names("<cluster>");

    [GeneratedRegex(@"Name~(\w+)")]
    private static partial Regex NameFilter();

    [GeneratedRegex(@"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"(?<![\w.])[a-z]+\.[\w-]+")]
    private static partial Regex Names();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Literals();

    [GeneratedRegex("ACCEPTANCE_([A-Z0-9_]+)")]
    private static partial Regex SettingNames();

    [GeneratedRegex("`([a-z0-9<>-]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"dotnet test acceptance --no-build(?: --filter ""TestCategory=Check"")?$", RegexOptions.Multiline)]
    private static partial Regex EveryCheck();

    [GeneratedRegex(@"\|\|\s+echo ""([^""]*)")]
    private static partial Regex Instead();

    [GeneratedRegex(@"^\[Category\(""(\w+)""\)\]$", RegexOptions.Multiline)]
    private static partial Regex CategoryOfClass();

    [GeneratedRegex("for name in ([a-z -]+); do")]
    private static partial Regex Joined();

    [GeneratedRegex(@"docker pull --quiet (\S+)")]
    private static partial Regex Pulled();
}
