namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Mistakes next to the tree, and the messages of commands.</summary>
public sealed class BesideTheTreeTests
{
    private const string Text = "repository: { url: https://github.com/example/platform.git }\n"
        + "clusters: [{ name: edge, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]\n";

    private TemporaryFolder folder = null!;

    [SetUp]
    public async Task A_tree()
    {
        folder = new TemporaryFolder();
        folder.Write("platform.yaml", Text);
        (await Run("generate")).ExitCode.ShouldBe(0);
    }

    [TearDown]
    public void Delete() => folder.Dispose();

    [TestCase("0")]
    [TestCase("-1")]
    public async Task Diff_takes_a_number_of_characters_from_1_on(string most)
    {
        var run = await Run("diff", "--most", most);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith("--most takes a number of characters from 1 on.\n");
    }

    [Test]
    public async Task Images_of_an_outdated_tree_are_reported_as_outdated()
    {
        (await Run("images")).Error.ShouldBeEmpty();

        folder.Write("platform.yaml", Text.Replace(" } }]", " }, imageRegistry: registry.nord.example }]"));
        var run = await Run("images");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldBe("kubernetes/ is not as platform.yaml says now, and this is what the files have: run generate first, or check to "
            + "see what differs.\n");
    }

    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("images")]
    public async Task A_linked_tree_is_reported_because_Flux_does_not_follow_links(string verb)
    {
        Directory.Move(Path.Combine(folder.Path, "kubernetes"), Path.Combine(folder.Path, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "kubernetes"), "elsewhere");

        var run = await Run(verb);

        run.ExitCode.ShouldBe(2, run.Output);
        run.Error.ShouldContain("'kubernetes' is a symbolic link to 'elsewhere'. git keeps the link, and Flux sees no file behind it.");
    }

    [Test]
    public async Task A_folder_s_definition_may_have_the_other_ending()
    {
        File.Move(Path.Combine(folder.Path, "platform.yaml"), Path.Combine(folder.Path, "platform.yml"));

        (await Run("generate")).Output.ShouldContain("0 created, 0 changed");
        (await Run("check")).ExitCode.ShouldBe(0);
        folder.Write("platform.yaml", Text);
        (await Run("check")).Error.ShouldContain("definition-twice");
    }

    [Test]
    public async Task A_removed_overlay_asks_for_generate()
    {
        folder.Write("kubernetes/overlays/edge/own.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: own, namespace: a}}");
        await Run("generate");
        Directory.Delete(Path.Combine(folder.Path, "kubernetes", "overlays"), recursive: true);

        (await Run("lint")).Output.ShouldContain("path-missing: The path './kubernetes/overlays/edge' of Flux Kustomization "
            + "cluster-edge-overlays is not a folder of the tree, so Flux applies nothing. Restore the folder. "
            + "If you removed it on purpose, delete the patches of overlays and run generate.");
    }

    [Test]
    public async Task A_tree_that_git_ignores_is_found_by_doctor()
    {
        var git = Generator.Tools.Tool.Git.Find();
        if (git is null)
        {
            Assert.Ignore("git is not on the search path.");
        }

        await Git("init", "--quiet");
        var sound = await Run("doctor");
        sound.Output.ShouldNotContain("git ignores");
        folder.Write(".gitignore", "kubernetes/\n");

        var run = await Run("doctor");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("git ignores kubernetes/: Flux would see nothing of it. "
            + "Delete the line that does: .gitignore:1:kubernetes/\n");
        File.Delete(Path.Combine(folder.Path, ".gitignore"));
        await Git("add", "kubernetes");
        folder.Write(".git/info/exclude", "# ours\nkubernetes/\n");

        var tracked = await Run("doctor");

        tracked.ExitCode.ShouldBe(sound.ExitCode, tracked.Output);
        tracked.Output.ShouldContain("git ignores new files of kubernetes/, those of another cluster among them, and keeps those that it "
            + "has. Delete the line that does: .git/info/exclude:2:kubernetes/\n");

        async Task Git(params string[] arguments) => (await Generator.Tools.ToolProcess.RunAsync(git, ["-C", folder.Path, .. arguments],
            new Generator.Tools.ToolOptions(), CancellationToken.None)).ShouldSucceed();
    }

    [Test]
    public async Task Doctor_names_the_address_that_init_wrote_as_an_example()
    {
        folder.Write("platform.yaml", Text.Replace("example/platform.git", "example/platform-gitops.git"));

        (await Run("doctor")).Output.ShouldContain("platform-gitops.git, the example of init: write the address of your repository.");
    }

    [Test]
    public async Task Doctor_tells_a_definition_that_is_missing_from_one_with_violations()
    {
        folder.Write("platform.yaml", Text + "unknown: 1\n");

        (await Run("doctor")).Output.ShouldContain("platform.yaml has violations: check shows them.\n");
        File.Delete(Path.Combine(folder.Path, "platform.yaml"));

        var missing = await Run("doctor");

        missing.ExitCode.ShouldBe(1);
        missing.Output.ShouldContain("platform.yaml is missing: write it, or let 'init FOLDER' make a repository with it.\n");
    }

    private Task<Verb> Run(string verb, params string[] more) => Verb.Run([verb, "-f", folder.Path, .. more]);
}
