using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Output for other programs: JSON, SARIF and annotations; and the options of users.</summary>
public sealed class ReportTests
{
    private static string Committed => Sample.Definition;

    [TestCase("check")]
    [TestCase("lint")]
    public async Task Json_of_a_sound_tree_has_no_finding(string verb)
    {
        var run = await Verb.Run(verb, "-f", Committed, "--output", "json");

        run.ExitCode.ShouldBe(0);
        Json(run.Output).GetProperty("findings").GetArrayLength().ShouldBe(0);
    }

    [Test]
    public async Task A_finding_has_its_place_in_every_format()
    {
        using var tree = await Generated();
        var settings = Path.Combine(tree.Path, "kubernetes/clusters/infra/cluster-settings.yaml");
        var text = await File.ReadAllTextAsync(settings);
        await File.WriteAllTextAsync(settings, text.Replace("CLUSTER_NAME", "OTHER"));
        string[] lint = ["lint", "-f", tree.Path];
        var plain = await Verb.Run(lint);
        plain.ExitCode.ShouldBe(1, plain.Output);
        var count = plain.Output.Split('\n').Count(line => line.StartsWith("kubernetes/", StringComparison.Ordinal));

        var json = Json((await Verb.Run([.. lint, "--output", "json"])).Output).GetProperty("findings").EnumerateArray().ToArray();
        json.Length.ShouldBe(count);
        json.ShouldAllBe(finding => finding.GetProperty("file").GetString()!.Contains("kubernetes/")
            && finding.GetProperty("fix").GetString()!.Length > 0);

        var run = Json((await Verb.Run([.. lint, "--output", "sarif"])).Output).GetProperty("runs")[0];
        run.GetProperty("results").GetArrayLength().ShouldBe(count);
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()
            .Select(rule => rule.GetProperty("id").GetString()).ToArray();
        run.GetProperty("results").EnumerateArray().ShouldAllBe(result => rules.Contains(result.GetProperty("ruleId").GetString()));

        var annotations = (await Verb.Run([.. lint, "--output", "github"])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        annotations.Length.ShouldBe(count);
        annotations.ShouldAllBe(line => line.StartsWith("::error file=", StringComparison.Ordinal));
    }

    [Test]
    public void An_annotation_keeps_its_signs_apart_from_the_command()
    {
        using var output = new StringWriter();
        var finding = new Finding
        {
            Rule = "a:b",
            File = "a,b.yaml",
            Position = new Position(3, 4),
            Message = "50% of\nit.",
            Fix = "Fix: it.",
        };

        FindingReport.Write(OutputFormat.GitHub, [finding], new Dictionary<string, string>(), more: null, output);

        output.ToString().TrimEnd().ShouldBe("::error file=a%2Cb.yaml,line=3,col=4,title=a%3Ab::50%25 of%0Ait. Fix: it.");
    }

    [Test]
    public async Task A_manual_edit_is_a_finding_of_check_with_its_cause()
    {
        using var tree = await Generated();
        await File.AppendAllTextAsync(Path.Combine(tree.Path, "kubernetes/clusters/infra/cluster-settings.yaml"), "# mine\n");

        var run = await Verb.Run("check", "-f", tree.Path, "--output", "json");

        run.ExitCode.ShouldBe(1);
        Json(run.Output).GetProperty("findings").EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("rule").GetString().ShouldBe("hand-edited");
        Json(run.Output).GetProperty("files")[0].GetProperty("diff").GetString()!.ShouldContain("-# mine");
    }

    [Test]
    public async Task An_edit_of_a_changed_file_has_the_same_message_in_each_format()
    {
        const string Said = "was edited by hand, and the generated text changed. Put the edit into the definition, then run generate "
            + "--force.";
        using var tree = await Generated();
        await File.AppendAllTextAsync(Path.Combine(tree.Path, "kubernetes/clusters/infra/cluster-settings.yaml"), "# mine\n");
        var definition = Path.Combine(tree.Path, "platform.yaml");
        var text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(definition, text.Replace("10.245.0.10", "10.245.0.53"));

        (await Verb.Run("check", "-f", tree.Path)).Output.ShouldContain($"cluster-settings.yaml: {Said}");
        (await Verb.Run("check", "-f", tree.Path, "--output", "github")).Output.ShouldContain($"::{Said}");
    }

    [Test]
    public async Task A_change_of_the_definition_is_a_finding_of_check_that_says_what_to_run()
    {
        using var tree = await Generated();
        var definition = Path.Combine(tree.Path, "platform.yaml");
        var text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(definition, text.Replace("10.245.0.10", "10.245.0.53"));

        var finding = Json((await Verb.Run("check", "-f", tree.Path, "--output", "json")).Output).GetProperty("findings")[0];

        finding.GetProperty("rule").GetString().ShouldBe("drift-definition");
        finding.GetProperty("message").GetString().ShouldBe("the definition changed.");
        finding.GetProperty("fix").GetString().ShouldBe("Run generate.");
    }

    [TestCase("json", "\"rule\": \"definition-missing\"")]
    [TestCase("sarif", "\"ruleId\": \"definition-missing\"")]
    [TestCase("github", "title=definition-missing::")]
    public async Task A_bad_definition_is_reported_in_the_same_format(string format, string part)
    {
        var run = await Verb.Run("lint", "-f", "no/such/platform.yaml", "--output", format);

        run.ExitCode.ShouldBe(2);
        run.Output.ShouldContain(part);
        run.Error.ShouldBeEmpty();
    }

    [Test]
    public async Task An_annotation_has_the_path_from_the_root_of_the_definition_s_repository()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write("sites/platform.yaml", "repository: {}\n");

        var run = await Verb.Run("lint", "-f", Path.Combine(folder.Path, "sites"), "--output", "github");

        run.Output.ShouldStartWith("::error file=sites/platform.yaml,");
    }

    [Test]
    public async Task A_fault_of_a_version_has_that_path_too()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write("sites/platform.yaml", await File.ReadAllTextAsync(Committed));

        var run = await Verb.On("2026-11-28", "versions", "-f", Path.Combine(folder.Path, "sites"), "--output", "github");

        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldAllBe(line => line.StartsWith("::error file=sites/platform.yaml,title=known-fault::", StringComparison.Ordinal));
        run.ExitCode.ShouldBe(1);
    }

    [Test]
    public async Task Quiet_prints_nothing_where_nothing_is_wrong()
    {
        using var tree = await Generated();
        foreach (var verb in new[] { "generate", "check", "lint" })
        {
            (await Verb.Run(verb, "-f", tree.Path, "--quiet")).ShouldBe(new Verb(0, "", ""));
        }
    }

    [Test]
    public async Task A_wrong_choice_is_refused_in_one_line_with_the_right_ones() =>
        (await Verb.Run("lint", "--output", "xml")).Error
            .ShouldStartWith("Argument 'xml' not recognized. Must be one of: 'text' 'json' 'sarif' 'github'");

    [TestCase("always", true)]
    [TestCase("never", false)]
    [TestCase("auto", false)]
    public async Task Colours_are_printed_if_requested(string color, bool coloured)
    {
        using var tree = await Generated();
        await File.AppendAllTextAsync(Path.Combine(tree.Path, "kubernetes/clusters/infra/cluster-settings.yaml"), "# mine\n");

        (await Verb.Run("check", "-f", tree.Path, "--color", color)).Output.Contains('\e').ShouldBe(coloured);
    }

    [TestCase("lint")]
    [TestCase("graph")]
    public async Task An_unknown_cluster_is_refused_with_those_that_are_there(string verb)
    {
        var run = await Verb.Run(verb, "-f", Committed, "--cluster", "nowhere");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("Cluster 'nowhere' is not in the tree. The tree has: apps, infra.");
    }

    [Test]
    public async Task A_graph_of_one_cluster_has_no_other()
    {
        var graph = (await Verb.Run("graph", "-f", Committed, "--cluster", "apps")).Output;

        graph.ShouldContain("cluster apps");
        graph.ShouldNotContain("cluster infra");
    }

    [Test]
    public async Task Init_makes_a_repository_that_generates_and_never_overwrites()
    {
        using var folder = new TemporaryFolder();
        var root = Path.Combine(folder.Path, "new");

        (await Verb.Run("init", root)).ExitCode.ShouldBe(0);
        (await Verb.Run("generate", "-f", root)).ExitCode.ShouldBe(0);
        (await Verb.Run("lint", "-f", root)).ExitCode.ShouldBe(0);

        Json(await File.ReadAllTextAsync(Path.Combine(root, ".config/dotnet-tools.json"))).GetProperty("tools")
            .GetProperty("platform-gitops").GetProperty("version").GetString()!.ShouldMatch(@"^\d+\.\d+\.\d+$");
        var managers = Json(await File.ReadAllTextAsync(Path.Combine(root, "renovate.json"))).GetProperty("customManagers")
            .EnumerateArray().ToArray();
        string[] Found(string definition) =>
        [
            .. managers.SelectMany(manager => manager.GetProperty("matchStrings").EnumerateArray()
                .SelectMany(form => Regex.Matches(definition, form.GetString()!))
                .Where(match => match.Groups["currentValue"].Success)
                .Select(match => (manager.TryGetProperty("depNameTemplate", out var name) ? name.GetString()
                    : match.Groups["depName"].Value) + " " + match.Groups["currentValue"].Value)),
        ];
        Found("""
            flux:
              # The newest.
              version: 2.9.4
            charts:
              coredns: { version: "1.43.2", source: oci }
              monitoringCrds:
                version: 30.0.1
            defaults:
              values: { coredns: { image: { tag: 1.14.7 } } }
            clusters:
              - name: one
                healthController: { enabled: true, image: registry.example.com:5000/team/controller:1.2.3 }
            """).ShouldBe(
        [
            "coredns 1.43.2", "prometheus-operator-crds 30.0.1", "registry.example.com:5000/team/controller 1.2.3",
            "coredns/coredns 1.14.7", "fluxcd/flux2 2.9.4",
        ],
            "every chart of the definition, Flux and images");
        var raised = managers.Where(manager => manager.TryGetProperty("packageNameTemplate", out _))
            .Select(manager => Regex.Match(manager.GetProperty("matchStrings")[0].GetString()!, @"\{\]\)\[""'\]\?(\w+)").Groups[1].Value);
        raised.ShouldBe(Generator.Apps.AppList.All.Select(app => app.Chart?.Key).OfType<string>(), ignoreOrder: true);
        var again = await Verb.Run("init", root);
        again.ExitCode.ShouldBe(3);
        again.Error.ShouldContain("platform.yaml");
    }

    [Test]
    public async Task Doctor_names_each_program_and_who_needs_it()
    {
        var run = await Verb.Run("doctor", "-f", Committed);

        run.Output.ShouldContain("render --helm");
        run.Output.ShouldContain("2 clusters");
        var missing = new[] { "Install git", "Install Helm", "Install kubectl" };
        run.ExitCode.ShouldBe(missing.Any(tool => run.Output.Contains(tool)) ? 1 : 0);
    }

    private static async Task<TemporaryFolder> Generated()
    {
        var folder = new TemporaryFolder();
        folder.Write("platform.yaml", await File.ReadAllTextAsync(Committed));
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        return folder;
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
