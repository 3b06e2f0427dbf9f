namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>The plan against commits of a real repository.</summary>
[TestFixture]
public sealed class PlanRunTests
{
    private static readonly EditedTree Story = EditedTree.Of(Given.Platform(Given.Infra, Given.Apps));

    private TemporaryTree _repository = null!;

    [SetUp]
    public void Commit_the_story()
    {
        _repository = new TemporaryTree();
        Git("init", "--quiet", "--initial-branch=main");
        Write(Story);
        Git("add", ".");
        Git("commit", "--quiet", "--message=story");
    }

    [TearDown]
    public void Remove_the_repository() => _repository.Dispose();

    [Test]
    public async Task The_tree_on_disk_against_its_own_commit_changes_nothing()
    {
        var result = await Run("HEAD", SourceTree.OnDisk(_repository.Root));

        result.Problem.ShouldBeNull();
        result.Clusters.Length.ShouldBe(2);
        result.Clusters.ShouldAllBe(cluster => cluster.Changes.IsEmpty);
    }

    [TestCase("main")]
    [TestCase("v1")]
    [TestCase("HEAD~1")]
    public async Task Branches_tags_and_ancestors_are_references(string reference)
    {
        Git("tag", "--annotate", "--message=one", "v1");
        Git("checkout", "--quiet", "-b", "later");
        Write(Story.Without("kubernetes/clusters/apps/kustomization.yaml"));
        Git("commit", "--quiet", "--allow-empty", "--message=later");

        var result = await Run(reference, EditedTree.Of(Given.Platform(Given.Cluster("dns: { replicas: 3 }"), Given.Apps)).Source());

        result.Clusters[1].Changes.Select(change => change.Id.Kind).ShouldBe(["ConfigMap", "HelmRelease"], ignoreOrder: true);
    }

    [TestCase("no-such-branch")]
    [TestCase("")]
    [TestCase("HEAD^{tree}")]
    [TestCase("a b")]
    public async Task An_unknown_reference_is_named_and_what_to_give_instead(string reference)
    {
        var result = await Run(reference, Story.Source());

        result.ExitCode.ShouldBe(2);
        result.Problem.ShouldNotBeNull().ShouldContain($"'{reference}'");
        result.Problem.ShouldContain("Give a branch, a tag or a commit");
    }

    [TestCase("--output=stolen")]
    [TestCase("-h")]
    [TestCase("--exec=touch stolen")]
    public async Task A_reference_never_becomes_an_option(string reference)
    {
        (await Run(reference, Story.Source())).Problem.ShouldNotBeNull().ShouldContain("is not a git reference");

        _repository.Snapshot().Keys.ShouldNotContain("stolen");
    }

    [Test]
    public async Task Before_the_first_commit_there_is_nothing_to_compare_with()
    {
        using var plain = new TemporaryTree();
        plain.Git("init", "--quiet");

        var result = await PlanRun.RunAsync(new PlanRequest { Root = plain.Root, After = Story.Source(), IsStrict = _ => true },
            CancellationToken.None);

        result.Problem.ShouldNotBeNull().ShouldContain("has no commit yet");
    }

    [Test]
    public async Task Outside_of_a_repository_there_is_nothing_to_compare_with()
    {
        using var plain = new TemporaryTree();

        var result = await PlanRun.RunAsync(new PlanRequest { Root = plain.Root, After = Story.Source(), IsStrict = _ => true },
            CancellationToken.None);

        result.Problem.ShouldNotBeNull().ShouldContain("is not in a git repository");
    }

    [Test]
    public async Task A_repository_below_the_top_of_its_checkout_is_found_by_its_own_paths()
    {
        foreach (var (path, text) in Story.Files)
        {
            _repository.Put("nested/" + path, text);
        }

        Git("add", ".");
        Git("commit", "--quiet", "--message=nested");

        var result = await PlanRun.RunAsync(new PlanRequest
        {
            Root = _repository.OnDisk("nested"),
            After = Story.Source(),
            IsStrict = _ => true
        }, CancellationToken.None);

        result.Clusters.Length.ShouldBe(2);
        result.Clusters.ShouldAllBe(cluster => cluster.Changes.IsEmpty);
    }

    [Test]
    public async Task What_others_keep_beside_the_generated_files_is_not_taken_for_gone()
    {
        var request = _repository.Request(force: false, [.. Story.Files.Select(file => (file.Key, file.Value))]);
        (await TreeWriter.WriteAsync(request, TimeProvider.System, CancellationToken.None)).Complete.ShouldBeTrue();
        _repository.Put("kubernetes/clusters/legacy/config.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}}");
        Git("add", ".");
        Git("commit", "--quiet", "--message=legacy");

        var same = await Run("HEAD", TargetTree.Of(_repository.Root, request.Files));
        var without = await Run("HEAD", TargetTree.Of(_repository.Root,
            [.. request.Files.Where(file => !file.Path.StartsWith("kubernetes/clusters/apps/", StringComparison.Ordinal))]));

        same.Clusters.Select(cluster => cluster.Cluster).ShouldBe(["apps", "infra", "legacy"]);
        same.Clusters.ShouldAllBe(cluster => cluster.Changes.IsEmpty && cluster.Note == null);
        without.Clusters.Where(cluster => cluster.Note is not null)
            .ShouldHaveSingleItem().Cluster.ShouldBe("apps", "an owned file that is generated no longer goes");
    }

    [Test]
    public async Task What_sourceignore_leaves_out_is_in_neither_tree()
    {
        _repository.Put("kubernetes/clusters/legacy/config.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}}");
        _repository.Put(".sourceignore", "/kubernetes/clusters/legacy/\n");
        Git("add", ".");
        Git("commit", "--quiet", "--message=legacy");
        var files = Story.Files.Select(file => new GeneratedFile(file.Key, file.Value)).ToArray();

        var same = await Run("HEAD", TargetTree.Of(_repository.Root, files));
        _repository.Put(".sourceignore", "/kubernetes/clusters/legacy/\n/kubernetes/clusters/apps/coredns.yaml\n");
        var without = await Run("HEAD", TargetTree.Of(_repository.Root, files));

        same.Clusters.Select(cluster => cluster.Cluster).ShouldBe(["apps", "infra"]);
        same.Clusters.ShouldAllBe(cluster => cluster.Changes.IsEmpty);
        without.Clusters.Single(cluster => cluster.Cluster == "apps").Findings.ShouldNotBeEmpty("its kustomization.yaml lists the file");
    }

    [Test]
    public async Task A_refused_plan_shows_what_and_how_to_allow_it()
    {
        const string Kustomization = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
        var after = Story.Edit(Kustomization, "  - poddisruptionbudget.yaml\n", "").Source();

        var refused = await Run("HEAD", after);
        var allowed = await PlanRun.RunAsync(new PlanRequest
        {
            Root = _repository.Root,
            After = after,
            IsStrict = _ => true,
            AllowPrune = true
        }, CancellationToken.None);

        refused.ExitCode.ShouldBe(3);
        allowed.ExitCode.ShouldBe(0);
        var text = Planned.Text(refused);
        text.ShouldContain("cluster infra:\n  - PRUNE    PodDisruptionBudget kube-system/coredns-pdb  cluster-infra-coredns [DNS]\n");
        text.ShouldContain("--allow-prune");
    }

    private Task<PlanResult> Run(string reference, SourceTree after) =>
        PlanRun.RunAsync(new PlanRequest { Root = _repository.Root, After = after, Against = reference, IsStrict = _ => true },
            CancellationToken.None);

    private void Write(EditedTree tree)
    {
        foreach (var (path, text) in tree.Files)
        {
            _repository.Put(path, text);
        }
    }

    private void Git(params string[] arguments) => _repository.Git(arguments);
}
