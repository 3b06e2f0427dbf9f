using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>
/// The files of <c>init</c> for GitHub and GitLab, except those tested as workflows: runs their scripts with a tool that records its
/// arguments.
/// </summary>
public sealed class StarterTests
{
    private const string Tool = """
        #!/usr/bin/env bash
        echo "$*" >> asked
        case "$2" in
        plan) yes 'a line of the plan' | head -c 90000; exit 3 ;;
        lint) exit 1 ;;
        images) printf 'one:1\ntwo:2\n' ;;
        diff)
          while [ "$1" != --most ] && [ $# -gt 1 ]; do shift; done
          if [ "$1" = --most ]; then yes '+ a line' | head -c "$2"; fi
          echo '... and more: run diff in the repository.' ;;
        esac
        """;

    private static Workflow OfGitHub => Workflow.All.Single(workflow => workflow.Name == "platform.yml");

    private static Workflow.Job Check => OfGitHub.Jobs.Single(job => job.Id == "check");

    private static Resource GitLab => YamlDocuments.Resources(
        File.ReadAllText(Path.Combine(Repository.Root, "generator", "Starter", "gitlab-ci.yml"))).Single();

    private string _folder = "";

    [SetUp]
    public void A_tool()
    {
        _folder = Directory.CreateTempSubdirectory("starter-").FullName;
        File.WriteAllText(Path.Combine(_folder, "dotnet"), Tool.ReplaceLineEndings("\n") + "\n");
    }

    [TearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_comment_of_inits_workflow_fits_and_keeps_the_exit_code_of_plan()
    {
        Run(Changes, ("MAY_INTERRUPT", "false"), ("MAY_VANISH", "false")).ShouldBe(3);

        var comment = Read("comment.md");
        comment.Length.ShouldBeInRange(50_000, 65_536);
        comment.ShouldStartWith("<!-- platform-gitops -->\n", Case.Sensitive, "the next run looks for it");
        comment.ShouldContain("a line of the plan");
        comment.TrimEnd().ShouldEndWith("</details>");
        Read("output").ShouldBe("comment=true\n");
        Read("asked").ShouldStartWith("platform-gitops plan --against base\n");
    }

    /// <summary>A version in the workflow would stay when the tool is updated, and checks with client pods would be skipped.</summary>
    [Test]
    public void The_workflow_of_init_pulls_the_images_that_the_tool_names()
    {
        OfGitHub.Text.ShouldNotContain("VERSION", Case.Sensitive);
        var step = OfGitHub.Jobs.Single(job => job.Id == "accept").Steps.Single(step => step.Text("run")?.Contains("docker") == true);
        File.WriteAllText(Path.Combine(_folder, "docker"), "#!/bin/sh\necho \"$*\" >> pulled\n");

        Run($"chmod +x docker\n{step.Text("run")}").ShouldBe(0);

        Read("asked").ShouldBe("platform-gitops-acceptance images\n");
        Read("pulled").ShouldBe("pull --quiet one:1\npull --quiet two:2\n");
    }

    [Test]
    public void A_label_of_a_pull_request_allows_what_plan_refuses()
    {
        Run(Changes, ("MAY_INTERRUPT", "true"), ("MAY_VANISH", "true"));

        Read("asked").ShouldStartWith("platform-gitops plan --against base --allow-prune --max-vanishing any\n");
    }

    [Test]
    public void A_red_check_leaves_no_step_out_and_no_comment_fails_for_want_of_one()
    {
        var steps = Check.Steps.SkipWhile(step => step.Text("id") != "tool").Skip(1).ToList();
        steps.Select(step => step.Text("run")?.Split(' ').ElementAtOrDefault(2)).Take(3).ShouldBe(["check", "lint", "versions"]);
        steps.Skip(1).ShouldAllBe(step => step.Text("if")!.Contains("!cancelled()"));
        Check.Document.Text("outputs.comment").ShouldBe("${{ steps.changes.outputs.comment }}");
        OfGitHub.Jobs.Single(job => job.Id == "comment").Document.Text("if")!
            .ShouldContain("!cancelled() && needs.check.outputs.comment == 'true'");
    }

    [TestCase("", "platform-gitops plan --against base")]
    [TestCase("other,dns-may-be-interrupted", "platform-gitops plan --against base --allow-prune")]
    [TestCase("names-may-vanish", "platform-gitops plan --against base --max-vanishing any")]
    public void The_pipeline_of_GitLab_plans_after_a_red_lint_and_ends_red(string labels, string plan)
    {
        Run(Script("check"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "base"), ("CI_MERGE_REQUEST_LABELS", labels)).ShouldBe(1);

        Read("asked").Split('\n').ShouldBe(["tool restore", "platform-gitops check", "platform-gitops lint", "platform-gitops versions",
            "platform-gitops diff --against base", plan, ""]);
        Read("plan.txt").ShouldContain("a line of the plan");
        GitLab.Texts("check.artifacts.paths").ShouldAllBe(path => File.Exists(Path.Combine(_folder, path)));
    }

    [Test]
    public void The_pipeline_of_GitLab_checks_the_main_branch_too()
    {
        Run(Script("check")).ShouldBe(1);

        Read("asked").ShouldNotContain("plan");
        GitLab.Map("variables").ShouldBe(new Dictionary<string, string> { ["GIT_DEPTH"] = "0" }, "plan needs the commit of the base");
        Run(Script("accept")).ShouldBe(0);
        Read("asked").ShouldEndWith("platform-gitops-acceptance --cluster none\n");
    }

    private static string Changes => Check.Steps.Single(step => step.Text("id") == "changes").Text("run")!;

    private static string Script(string job) => string.Join('\n', GitLab.Texts($"{job}.script"));

    /// <summary>Runs a script like GitHub and GitLab, with the tool as the first <c>dotnet</c> on PATH.</summary>
    private int Run(string script, params (string Name, string Value)[] environment)
    {
        string[] arguments = ["-e", "-o", "pipefail", "-c", $"chmod +x dotnet; PATH=.:$PATH\n{script}"];
        var start = new ProcessStartInfo("bash", arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true };
        // The tests themselves can run in a pipeline of a merge request.
        string[] outer = [.. start.Environment.Keys.Where(name => name.StartsWith("CI_MERGE_REQUEST_", StringComparison.Ordinal))];
        foreach (var name in outer)
        {
            start.Environment.Remove(name);
        }

        (string, string)[] all = [.. environment, ("BASE", "base"), ("GITHUB_STEP_SUMMARY", "summary"), ("GITHUB_OUTPUT", "output")];
        foreach (var (name, value) in all)
        {
            start.Environment[name] = value;
        }

        using var bash = Process.Start(start)!;
        bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        return bash.ExitCode;
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder, name));
}
