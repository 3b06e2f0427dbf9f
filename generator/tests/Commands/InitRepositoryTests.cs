using PlatformGitOps.Generator.Commands;
using PlatformGitOps.Generator.Git;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary><c>init</c> in an existing repository: its branch, its remote, its files.</summary>
public sealed class InitRepositoryTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void A_folder() => folder = new TemporaryFolder();

    [TearDown]
    public void Delete() => folder.Dispose();

    [Test]
    public async Task Branch_and_remote_are_those_of_the_repository()
    {
        Git("trunk", "https://someone:secret-word@gitlab.nord.example/dns/sites.git");

        var run = await Verb.Run("init", folder.Path);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("the branch 'trunk' and repository.url (https://gitlab.nord.example/dns/sites.git)");
        (run.Output + Read("platform.yaml")).ShouldNotContain("secret-word");
        var repository = Defined().Repository;
        (repository.Url, repository.Branch, repository.SecretName).ShouldBe(("https://gitlab.nord.example/dns/sites.git", "trunk", null));
        Read(".gitlab-ci.yml").ShouldContain("dotnet platform-gitops plan", Case.Sensitive, "the address has the word gitlab");
        Directory.Exists(Path.Combine(folder.Path, ".github")).ShouldBeFalse();
        Read("README.md").ShouldContain("- `.gitlab-ci.yml` checks each merge request");
        Read("README.md").ShouldNotContain("{git");
    }

    [TestCase("git@git.nord.example:dns/sites.git", "ssh://git@git.nord.example/dns/sites.git")]
    [TestCase("ssh://git.nord.example:2222/dns/sites", "ssh://git@git.nord.example:2222/dns/sites")]
    public async Task A_remote_that_needs_a_key_gets_the_Secret_for_it(string remote, string url)
    {
        Git("release/1.x", remote);

        var run = await Verb.Run("init", folder.Path, "--ci", "github");

        run.Output.ShouldContain("the Secret platform-credentials in flux-system, with identity and known_hosts");
        var repository = Defined().Repository;
        (repository.Url, repository.Branch, repository.SecretName?.Text).ShouldBe((url, "release/1.x", "platform-credentials"));
        Read(".github/workflows/platform.yml").ShouldContain("    branches: [\"release/1.x\"]\n");
        Read("README.md").ShouldContain("On `release/1.x` the workflow does the first.");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
    }

    [TestCase("afile")]
    [TestCase("afile/")]
    [TestCase("afile/below/it")]
    public async Task A_file_is_not_a_folder_for_it(string name)
    {
        var file = folder.Write("afile", "text");

        var run = await Verb.Run("init", Path.Combine(folder.Path, name));

        run.ExitCode.ShouldBe(2);
        run.Error.Trim()
            .ShouldBe($"'{file}' is a file. Nothing was written. Name a folder; init creates it if it does not exist.");
        Directory.GetFileSystemEntries(folder.Path).ShouldBe([file]);
        Read("afile").ShouldBe("text");
    }

    [TestCase("/srv/git/sites.git")]
    [TestCase("file:///srv/git/sites.git")]
    [TestCase("http://git.nord.example/sites.git")]
    [TestCase("C:/git/sites.git")]
    [TestCase("git@github-work:org/sites.git")]
    [TestCase("gh:org/sites")]
    public async Task A_remote_that_Flux_does_not_take_leaves_the_example(string remote)
    {
        Git("main", remote);

        var output = (await Verb.Run("init", folder.Path)).Output;
        output.ShouldContain("Edit platform.yaml: repository.url, and name");
        output.ShouldContain("The address of the remote is not one that Flux can read");
        Read("platform.yaml").ShouldBe(StarterDefinition.Text);
    }

    [Test]
    public async Task A_branch_that_a_definition_cannot_name_is_left_out()
    {
        Git("ümlaut", "https://git.nord.example/sites.git");

        await Verb.Run("init", folder.Path);

        (Defined().Repository.Branch, Defined().Repository.Url).ShouldBe(("main", "https://git.nord.example/sites.git"));
    }

    [TestCase("ref: refs/heads/ümlaut\n")]
    [TestCase("0000000000000000000000000000000000000000\n")]
    public async Task A_branch_that_is_the_default_is_not_called_that_of_the_repository(string head)
    {
        Git("main", "https://git.nord.example/sites.git");
        folder.Write(".git/HEAD", head);

        var output = (await Verb.Run("init", folder.Path)).Output;

        output.ShouldContain("Taken from this git repository: repository.url (https://git.nord.example/sites.git).\n");
        output.ShouldContain("The branch is the default, 'main': ");
    }

    [TestCase("https://github.com/org/gitlab-tools.git", false)]
    [TestCase("git@git.nord.example:gitlab/sites.git", false)]
    [TestCase("git@GitLab.nord.example:dns/sites.git", true)]
    [TestCase("ssh://git@gitlab.com/dns/sites.git", true)]
    [TestCase("git@gitlab-work:dns/sites.git", true)]
    [TestCase("/srv/gitlab/sites.git", false)]
    public async Task The_host_of_the_remote_says_which_CI_it_is(string remote, bool isGitLab)
    {
        Git("main", remote);

        await Verb.Run("init", folder.Path);

        File.Exists(Path.Combine(folder.Path, ".gitlab-ci.yml")).ShouldBe(isGitLab);
    }

    [Test]
    public void Files_that_cannot_be_removed_after_a_failure_are_reported()
    {
        var (left, own) = (new List<string>(), Path.Combine(folder.Path, "new"));

        IEnumerable<(string, string)> Files()
        {
            yield return ("a/b.txt", "b");
            folder.Write("new/a/foreign.txt", "of another program");
            yield return ("a/b.txt/c.txt", "b.txt is a file");
        }

        Should.Throw<IOException>(() => NewRepository.Write(own, Files(), left.Add));

        left.ShouldBe([Path.Combine(own, "a"), own]);
    }

    [Test]
    public async Task Existing_files_are_kept_and_missing_lines_are_reported()
    {
        folder.Write("README.md", "mine\n");
        folder.Write(".gitignore", "bin/\n");
        folder.Write(".config/dotnet-tools.json", "{}\n");

        var run = await Verb.Run("init", folder.Path);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("created   platform.yaml\n");
        run.Output.ShouldContain("kept      README.md, which was there. 'init' in an empty folder shows what README.md would have");
        run.Output.ShouldContain("kept      .gitignore, which was there. Add 'artifacts/'.\n");
        run.Output.ShouldContain("Add platform-gitops and platform-gitops-acceptance: 'dotnet tool install' does.");
        (Read("README.md"), Read(".gitignore")).ShouldBe(("mine\n", "bin/\n"));
        (await Verb.Run("init", folder.Path)).Error.ShouldContain("has platform.yaml already. Nothing was written.");
    }

    [Test]
    public async Task A_README_that_speaks_of_kept_files_is_not_left_as_if_they_were_those_of_init()
    {
        folder.Write("renovate.json", "{}\n");
        (await Verb.Run("init", folder.Path)).Output
            .ShouldContain("\nREADME.md says what renovate.json of init does: write there what yours does.\n");

        using var other = new TemporaryFolder();
        other.Write("renovate.json", "{}\n");
        other.Write(".gitlab-ci.yml", "{}\n");
        (await Verb.Run("init", other.Path, "--ci", "gitlab")).Output
            .ShouldContain("\nREADME.md says what .gitlab-ci.yml and renovate.json of init do: write there what yours do.\n");

        using var own = new TemporaryFolder();
        own.Write("renovate.json", "{}\n");
        own.Write("README.md", "mine\n");
        (await Verb.Run("init", own.Path)).Output.ShouldNotContain("README.md says");
    }

    /// <summary>The new files are not next to the documentation: each text has the address of its pages, and each page exists.</summary>
    [Test]
    public async Task References_of_the_new_files_exist()
    {
        await Verb.Run("init", folder.Path, "--ci", "github");
        var (definition, readme) = (Read("platform.yaml"), Read("README.md"));

        foreach (var text in new[] { definition, readme })
        {
            text.ShouldContain(Docs.Page(""));
            Regex.Matches(text, @"docs/[a-z-]+\.md").Select(page => page.Value).Append("docs/definition.md")
                .Where(page => !File.Exists(RepositoryRoot.File(page))).ShouldBeEmpty();
        }

        Regex.Matches(readme, "`([a-z./-]*\\.(?:ya?ml|json))`").Select(named => named.Groups[1].Value).Distinct()
            .Where(path => !File.Exists(Path.Combine(folder.Path, path))).ShouldBeEmpty();
        File.Exists(Path.Combine(folder.Path, "docs", "platform.schema.json")).ShouldBeTrue();
    }

    [Test]
    public async Task A_file_that_lacks_nothing_is_only_named()
    {
        folder.Write(".gitignore", "bin/\nartifacts/\n");

        (await Verb.Run("init", folder.Path)).Output.ShouldContain("kept      .gitignore, which was there.\n");
    }

    [Test]
    public async Task The_folder_below_the_root_is_in_the_definition()
    {
        Git("main", "https://git.nord.example/sites.git");

        var run = await Verb.Run("init", Path.Combine(folder.Path, "teams", "dns"));

        run.Output.ShouldContain("It is the folder 'teams/dns' of a git repository, as repository.path says.");
        PlatformFile.Read(Path.Combine(folder.Path, "teams", "dns", "platform.yaml")).ShouldBeOfType<PlatformReading.Valid>()
            .Platform.Repository.Folder.ShouldBe("teams/dns");
    }

    /// <summary>For the program, a limit for the size of a file is like a full disk.</summary>
    [Test]
    public async Task A_disk_without_room_leaves_nothing_and_the_next_init_works()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no limit for the size of files; runs on Linux and macOS.");
        }

        folder.Write("own/README.md", "mine\n");
        var own = Path.Combine(folder.Path, "own");

        var (code, said) = await Limited(own, blocks: 32);

        code.ShouldBe(2, said);
        said.ShouldContain("cannot be written");
        Directory.GetFileSystemEntries(own, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ShouldBe(["README.md"]);
        (await Limited(own, blocks: 1 << 20)).Code.ShouldBe(0);
    }

    private static async Task<(int Code, string Said)> Limited(string folder, int blocks)
    {
        var script = $"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableWriteXorExecute=0 exec \"$0\" \"$@\"";
        var run = await GeneratorProcess.RunFile(
            "/bin/sh", ["-c", script, GeneratorProcess.Runtime, GeneratorProcess.Assembly, "init", folder]);
        return (run.ExitCode, run.Output + run.Error);
    }

    private void Git(string branch, string remote)
    {
        folder.Write(".git/HEAD", $"ref: refs/heads/{branch}\n");
        folder.Write(".git/config", $"[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {remote}\n"
            + "\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
    }

    private string Read(string path) => File.ReadAllText(Path.Combine(folder.Path, path));

    private Platform Defined() =>
        PlatformFile.Read(Path.Combine(folder.Path, "platform.yaml")).ShouldBeOfType<PlatformReading.Valid>().Platform;
}

/// <summary>The texts of all files of a repository.</summary>
public sealed class GitFolderTests
{
    [Test]
    public void The_branch_of_the_remote_is_before_the_one_that_is_checked_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/feature/x\n");
        folder.Write(".git/config", "[remote \"mirror\"]\n\turl = https://m.example/x.git\n"
            + "[remote \"origin\"]\n\turl = \"git@h.example:x\"\n");
        folder.Write(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk\n");
        folder.Write(".git/refs/heads/other", new string('0', 40));
        folder.Write(".git/packed-refs", $"# pack-refs\n{new string('0', 40)} refs/remotes/origin/trunk\n"
            + $"{new string('0', 40)} refs/tags/v1\n");

        var git = GitFolder.Of(Path.Combine(folder.Path, "not", "yet")).ShouldNotBeNull();

        git.Branch.ShouldBe("trunk");
        git.Branches.ShouldBe(["feature/x", "other", "trunk"]);
        git.Urls.ShouldBe(["git@h.example:x", "https://m.example/x.git"]);
        git.IsWhole.ShouldBeFalse("no remote fetches every branch");
    }

    [TestCase("[Remote \"origin\"]\n\tURL = https://h.example/x ; the first", "https://h.example/x")]
    [TestCase("[remote \"origin\"] # ours\n\turl=\"https://h.example/x#y\" # the first", "https://h.example/x#y")]
    [TestCase("[remote \"origin\"]\n\turl = \"C:\\\\git\\\\x\"", "C:\\git\\x")]
    [TestCase("[remote \"Origin\"]\n\tpushurl = https://h.example/y\n\turl = https://h.example/x", "https://h.example/x")]
    public void The_configuration_is_read_as_git_reads_it(string config, string url)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write(".git/config", config + "\n");

        GitFolder.Of(folder.Path).ShouldNotBeNull().Urls.ShouldBe([url]);
    }

    [Test]
    public void A_worktree_has_the_branches_of_its_repository()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tree/.git", $"gitdir: {folder.Path}/main/.git/worktrees/tree\n");
        folder.Write("main/.git/worktrees/tree/HEAD", "ref: refs/heads/side\n");
        folder.Write("main/.git/worktrees/tree/commondir", "../..\n");
        folder.Write("main/.git/config", "[remote \"origin\"]\n\turl = https://h.example/x\n"
            + "\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
        folder.Write("main/.git/refs/heads/main", new string('0', 40));

        var git = GitFolder.Of(Path.Combine(folder.Path, "tree")).ShouldNotBeNull();

        (git.Branch, git.IsWhole, string.Join(' ', git.Branches)).ShouldBe(("side", true, "main side"));
    }

    [TestCase("https://h.example/a/b.git", "git@h.example:a/b", true)]
    [TestCase("ssh://git@h.example:2222/a/b/", "https://x@H.example/A/b.git", true)]
    [TestCase("https://h.example/a/b.git", "https://h.example/a/c.git", false)]
    [TestCase("/srv/a", "/srv/a", false)]
    public void One_repository_has_several_addresses(string one, string other, bool same) =>
        GitFolder.IsSame(one, other).ShouldBe(same);
}
