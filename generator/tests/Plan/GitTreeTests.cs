using System.Runtime.Versioning;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>The real program and the real git: plan never takes a running cluster for a new one.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "Hooks and the programs that stand in for others are POSIX shell scripts.")]
public sealed class GitTreeTests
{
    private TemporaryTree _tree = null!;

    private string Marker => _tree.OnDisk("marker");

    [SetUp]
    public void A_repository_with_a_definition_in_a_subfolder()
    {
        _tree = new TemporaryTree();
        Commit(Create("repository"));
    }

    [TearDown]
    public void Remove_it() => _tree.Dispose();

    [Test]
    public async Task In_a_hook_of_a_linked_worktree_a_moved_dns_address_is_refused()
    {
        Git("repository", "worktree", "add", "--quiet", _tree.OnDisk("linked"));
        MoveDns("linked");
        _tree.Put("repository/.git/hooks/pre-commit", $"""
            #!/bin/sh
            "{GeneratorProcess.Runtime}" "{GeneratorProcess.Assembly}" plan -f sub/platform.yaml > "{_tree.OnDisk("output")}" 2>&1
            echo $? > "{Marker}"
            """);
        File.SetUnixFileMode(_tree.OnDisk("repository/.git/hooks/pre-commit"), (UnixFileMode)0b111_101_101);

        Git("linked", "add", ".");
        Git("linked", "commit", "--quiet", "--message=moved");

        (await File.ReadAllTextAsync(Marker)).Trim().ShouldBe("3", await File.ReadAllTextAsync(_tree.OnDisk("output")));
    }

    [Test]
    public async Task Variables_that_git_sets_for_one_repository_do_not_lead_plan_elsewhere()
    {
        MoveDns("repository");
        var variables = Git("repository", "rev-parse", "--local-env-vars").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        variables.ShouldContain("GIT_DIR");
        foreach (var value in new[] { _tree.OnDisk("nowhere"), "1" })
        {
            var (code, text) = await PlanAsync("repository", variables.ToDictionary(name => name, _ => (string?)value));
            code.ShouldBe(3, $"{value}: {text}");
        }
    }

    [TestCase("submodule")]
    [TestCase("symbolic link")]
    [TestCase("file")]
    public async Task What_is_committed_in_place_of_a_folder_is_named(string kind)
    {
        foreach (var (path, place) in new[] { ("sub/kubernetes", "sub/kubernetes"), ("sub", "sub") })
        {
            var head = Git("repository", "rev-parse", "HEAD").Trim();
            Git("repository", "rm", "-r", "--quiet", "--cached", path);
            var entry = kind switch
            {
                "submodule" => $"160000,{head},{place}",
                "symbolic link" => $"120000,{Git("repository", "hash-object", "-w", "sub/platform.yaml").Trim()},{place}",
                _ => $"100644,{Git("repository", "hash-object", "-w", "sub/platform.yaml").Trim()},{place}",
            };
            Git("repository", "update-index", "--add", "--cacheinfo", entry);
            Git("repository", "commit", "--quiet", "--message=hidden");

            var (code, text) = await PlanAsync("repository");

            code.ShouldBe(2, text);
            text.ShouldContain($"'{place}' is a {kind} in commit ");
            Git("repository", "reset", "--quiet", "--hard", head);
        }
    }

    [Test]
    public async Task A_repository_of_another_owner_is_reported_in_the_words_of_git()
    {
        var (code, text) = await PlanAsync("repository", new Dictionary<string, string?> { ["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1" });

        code.ShouldBe(2);
        text.ShouldContain("dubious ownership");
        text.ShouldContain("safe.directory");
        text.ShouldNotContain("--unshallow");
    }

    [Test]
    public async Task A_program_called_git_in_the_current_folder_is_not_run()
    {
        Script("repository/git");

        var (code, text) = await PlanAsync("repository");

        code.ShouldBe(0, text);
        File.Exists(Marker).ShouldBeFalse();
    }

    [Test]
    public async Task No_configuration_of_the_repository_runs_a_program()
    {
        var script = Script("script");
        foreach (var key in new[]
                 {
                     "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.gitProxy", "core.askPass",
                     "core.alternateRefsCommand",
                     "pager.ls-tree", "pager.cat-file", "diff.external", "diff.all.textconv", "filter.all.smudge", "filter.all.clean",
                     "filter.all.process", "credential.helper", "gpg.program", "alias.ls-tree", "alias.cat-file",
                 })
        {
            Git("repository", "config", key, key.StartsWith("alias", StringComparison.Ordinal) ? "!" + script : script);
        }

        _tree.Put("repository/hooks/post-index-change", "");
        File.Copy(script, _tree.OnDisk("repository/hooks/post-index-change"), overwrite: true);
        Git("repository", "config", "core.hooksPath", _tree.OnDisk("repository/hooks"));
        _tree.Put("repository/.git/info/attributes", "* diff=all filter=all\n");

        var (code, text) = await PlanAsync("repository");

        code.ShouldBe(0, text);
        File.Exists(Marker).ShouldBeFalse();
    }

    [TestCase("blob:none", "git cat-file failed")]
    [TestCase("tree:0", "git ls-tree failed")]
    public async Task A_missing_object_of_a_partial_clone_is_an_error_and_is_not_fetched(string filter, string message)
    {
        var old = Git("repository", "rev-parse", "HEAD").Trim();
        File.AppendAllText(_tree.OnDisk("repository/sub/kubernetes/clusters/infra/coredns.yaml"), "# a comment\n");
        Commit("repository");
        Git("repository", "config", "uploadpack.allowFilter", "true");
        Git(".", "clone", "--quiet", $"--filter={filter}", "file://" + _tree.OnDisk("repository"), _tree.OnDisk("partial"));

        (await PlanAsync("partial")).Code.ShouldBe(0, "the objects of HEAD were fetched by the checkout");
        Git("partial", "remote", "set-url", "origin", "ssh://host.invalid/repository");
        Git("partial", "config", "core.sshCommand", Script("script"));
        var (code, text) = await PlanAsync("partial", "--against", old);

        code.ShouldBe(2, text);
        text.ShouldContain(message);
        text.ShouldContain("git fetch --refetch --no-filter");
        File.Exists(Marker).ShouldBeFalse();

        Git("partial", "remote", "set-url", "origin", "file://" + _tree.OnDisk("repository"));
        Git("partial", "fetch", "--quiet", "--refetch", "--no-filter");
        (await PlanAsync("partial", "--against", old)).Code.ShouldBe(0, "the advice of the message helps");
    }

    [TestCase("shallow")]
    [TestCase("worktree")]
    [TestCase("autocrlf")]
    [TestCase("sha256")]
    [TestCase("replaced")]
    public async Task Nothing_changes_against_the_own_commit_and_a_moved_dns_address_is_refused(string kind)
    {
        var folder = kind;
        switch (kind)
        {
            case "shallow":
                Git(".", "clone", "--quiet", "--depth=1", "file://" + _tree.OnDisk("repository"), _tree.OnDisk(folder));
                break;
            case "worktree":
                Git("repository", "worktree", "add", "--quiet", _tree.OnDisk(folder));
                break;
            case "autocrlf":
                Git(".", "-c", "core.autocrlf=true", "clone", "--quiet", _tree.OnDisk("repository"), _tree.OnDisk(folder));
                _tree.Read(folder + "/sub/kubernetes/clusters/infra/kustomization.yaml").ShouldContain("\r\n");
                break;
            case "sha256":
                Commit(Create(folder, "--object-format=sha256"));
                break;
            default:
                var empty = Git("repository", "commit-tree", "-m", "empty", Git("repository", "mktree").Trim()).Trim();
                Git("repository", "replace", "HEAD", empty);
                folder = "repository";
                break;
        }

        (await PlanAsync(folder)).ShouldSatisfyAllConditions(
            same => same.Code.ShouldBe(0, same.Text),
            same => same.Text.ShouldContain("2 of 2 clusters"));
        MoveDns(folder);
        (await PlanAsync(folder)).Code.ShouldBe(3);
    }

    private string Create(string folder, params string[] options)
    {
        Git(".", ["init", "--quiet", "--initial-branch=main", .. options, folder]);
        _tree.Put(folder + "/sub/platform.yaml", Sample.Text);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Sample.Folder, "kubernetes"), "*", SearchOption.AllDirectories))
        {
            _tree.Put($"{folder}/sub/{Path.GetRelativePath(Sample.Folder, file)}", File.ReadAllText(file));
        }

        return folder;
    }

    private void Commit(string folder)
    {
        Git(folder, "add", ".");
        Git(folder, "commit", "--quiet", "--message=change");
    }

    /// <summary>Another DNS address of a cluster: live DNS would be replaced.</summary>
    private void MoveDns(string folder)
    {
        var path = folder + "/sub/platform.yaml";
        _tree.Put(path, _tree.Read(path).Replace("10.245.0.10", "10.245.0.11"));
    }

    private string Script(string path)
    {
        _tree.Put(path, $"#!/bin/sh\ntouch '{Marker}'\nexit 1\n");
        File.SetUnixFileMode(_tree.OnDisk(path), (UnixFileMode)0b111_101_101);
        return _tree.OnDisk(path);
    }

    private Task<(int Code, string Text)> PlanAsync(string folder, params string[] options) =>
        PlanAsync(folder, new Dictionary<string, string?>(), options);

    private async Task<(int Code, string Text)> PlanAsync(
        string folder, Dictionary<string, string?> variables, params string[] options)
    {
        var run = await GeneratorProcess.RunIn(_tree.OnDisk(folder), variables, ["plan", "-f", "sub/platform.yaml", .. options]);
        return (run.ExitCode, run.Output + run.Error);
    }

    private string Git(string folder, params string[] arguments) => TemporaryTree.GitIn(_tree.OnDisk(folder), arguments);
}
