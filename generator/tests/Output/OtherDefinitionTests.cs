namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>A tree belongs to one definition, by its name in the lock file.</summary>
public sealed class OtherDefinitionTests
{
    private const string Repository = "repository: { url: https://git.example.com/platform.git }\n";
    private const string Network = "network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }";
    private const string First = Repository + $"clusters: [{{ name: kiel, {Network} }}]\n";
    private const string Second = Repository + $"clusters: [{{ name: basel, {Network} }}]\n";

    private TemporaryTree _tree = null!;

    [SetUp]
    public async Task A_tree_of_the_first()
    {
        _tree = new TemporaryTree();
        _tree.Put("platform.yaml", First);
        (await Run("generate", "platform.yaml")).ExitCode.ShouldBe(0);
    }

    [TearDown]
    public void Remove_it() => _tree.Dispose();

    [Test]
    public void The_lock_file_names_the_definition() => _tree.Lock.ShouldContain("\n# definition file:platform.yaml\n");

    [Test]
    public async Task A_second_definition_is_refused_and_its_way_out_named()
    {
        _tree.Put("second.yaml", Second);
        var before = _tree.Snapshot();

        var run = await Run("generate", "second.yaml");

        run.ExitCode.ShouldBe(3);
        run.Error.ShouldBe("kubernetes/.platform-gitops.lock: tree-of-other-definition: says that 'platform.yaml' made this tree, and "
            + "'platform.yaml' is there. From 'second.yaml' the tree would lose cluster kiel. Move 'second.yaml' to a folder of its own, "
            + "or write its clusters into 'platform.yaml'. If 'second.yaml' replaces 'platform.yaml', delete 'platform.yaml' and run "
            + "generate again, or run generate --force.\nNothing was written.\n");
        _tree.Snapshot().ShouldBe(before);
        (await Run("check", "second.yaml")).ExitCode.ShouldBe(1);
        var plan = await Run("plan", "second.yaml");
        (plan.ExitCode, plan.Error.Contains("tree-of-other-definition")
            || plan.Error.Contains("would lose cluster kiel")).ShouldBe((2, true), plan.Error);
    }

    [Test]
    public async Task Force_takes_the_tree_over()
    {
        _tree.Put("second.yaml", Second);
        (await Verb.Run("generate", "--force", "-f", _tree.OnDisk("second.yaml"))).ExitCode.ShouldBe(0);

        _tree.Has("kubernetes/clusters/kiel/kustomization.yaml").ShouldBeFalse();
        (await Run("generate", "platform.yaml")).ExitCode.ShouldBe(3);
    }

    [Test]
    public async Task A_copy_is_refused_with_the_steps_of_a_rename()
    {
        _tree.Put("sites.yaml", First);
        (await Run("generate", "sites.yaml")).Error.ShouldContain("'sites.yaml' is a copy of it. To rename the definition, delete "
            + "'platform.yaml' and run generate again.");

        File.Delete(_tree.OnDisk("platform.yaml"));
        (await Run("check", "sites.yaml")).ExitCode.ShouldBe(0);
        (await Run("generate", "sites.yaml")).ExitCode.ShouldBe(0);
        _tree.Lock.ShouldContain("\n# definition file:sites.yaml\n");
    }

    [Test]
    public async Task A_link_is_the_same_definition()
    {
        File.CreateSymbolicLink(_tree.OnDisk("sites.yaml"), _tree.OnDisk("platform.yaml"));
        (await Run("generate", "sites.yaml")).ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task A_lock_file_of_an_older_generator_belongs_to_the_first_definition()
    {
        _tree.Put(LockFile.Name, _tree.Lock.Replace("# definition file:platform.yaml\n", ""));

        (await Run("check", "platform.yaml")).ExitCode.ShouldBe(0, "the name alone is not drift");
        (await Run("generate", "platform.yaml")).ExitCode.ShouldBe(0);
        _tree.Lock.ShouldContain("\n# definition file:platform.yaml\n");
    }

    [Test]
    public async Task A_definition_that_moved_names_the_tree_that_it_left()
    {
        Directory.CreateDirectory(_tree.OnDisk(".git"));
        _tree.Put("infra/platform.yaml", First);
        File.Delete(_tree.OnDisk("platform.yaml"));

        var run = await Run("generate", "infra/platform.yaml");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("../kubernetes/.platform-gitops.lock: tree-left-behind: warning: The definition of '../kubernetes' "
            + "(platform.yaml) is not beside it.");
        Directory.Delete(_tree.OnDisk("kubernetes"), recursive: true);
        (await Run("check", "infra/platform.yaml")).Output.ShouldNotContain("tree-left-behind");
    }

    [Test]
    public async Task The_folder_of_a_removed_cluster_with_a_file_of_one_s_own_is_named()
    {
        _tree.Put("kubernetes/clusters/kiel/own.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: own}}\n");
        (await Run("check", "platform.yaml")).Output.ShouldNotContain("cluster-folder-left");
        _tree.Put("platform.yaml", Second);

        (await Run("generate", "platform.yaml")).Error.ShouldContain("kubernetes/clusters/kiel: cluster-folder-left: warning: The "
            + "definition has no cluster 'kiel', and its folder has own.yaml.");
        (await Run("check", "platform.yaml")).Output.ShouldContain("cluster-folder-left");
        (await Run("lint", "platform.yaml")).Output.ShouldContain("cluster-folder-left");
    }

    private Task<Verb> Run(string verb, string definition) => Verb.Run(verb, "-f", _tree.OnDisk(definition));
}
