namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>The warnings of check and lint, and how a command finds the definition.</summary>
public sealed class DefinitionWarningsTests
{
    private const string Network = "network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }";
    private const string Repository = "repository: { url: https://github.com/example/platform.git }\n";

    [TestCase("check")]
    [TestCase("lint")]
    public async Task Unknown_versions_and_a_folder_of_no_cluster_are_warnings(string verb)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + "charts: { coredns: { version: 9.9.9 } }\nflux: { version: 2.99.0 }\n"
            + $"clusters: [{{ name: edge, kubernetes: 1.99, {Network} }}]\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", "edg"));

        var run = await Verb.Run(verb, "-f", folder.Path);

        run.Output.ShouldContain("platform.yaml:2:31: version-unknown: warning: Chart coredns 9.9.9 is not a release");
        run.Output.ShouldContain("platform.yaml:3:18: version-unknown: warning: Flux 2.99.0 is newer than");
        run.Output.ShouldContain("platform.yaml:4:38: version-unknown: warning: Kubernetes 1.99.0 is newer than");
        run.Output.ShouldContain("kubernetes/overlays/edg: overlay-without-cluster: warning: The definition has no cluster 'edg', so "
            + "nothing delivers this folder. Did you mean 'edge'?");
        run.ExitCode.ShouldBe(0);
        (await Verb.Run("versions", "-f", folder.Path)).Output.ShouldContain("unknown: newer than");
    }

    [TestCase("charts: { coredns: { version: 9.9.9 } }\n", "", 2, 31)]
    [TestCase("defaults: { charts: { coredns: { version: 9.9.9 } } }\n", "", 2, 43)]
    [TestCase("groups: { near: { charts: { coredns: { version: 9.9.9 } } } }\n", "group: near, ", 2, 49)]
    [TestCase("", "charts: { coredns: { version: 9.9.9 } }, ", 2, 44)]
    public async Task An_unknown_version_is_shown_at_its_key_and_not_at_another_value(string shared, string own, int line, int column)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", "repository: { url: https://github.com/example/platform.git, tag: 9.9.9 }\n"
            + $"{shared}clusters: [{{ {own}name: edge, {Network} }}]\n");

        (await Verb.Run("check", "-f", folder.Path)).Output
            .ShouldContain($"platform.yaml:{line}:{column}: version-unknown: warning: Chart coredns 9.9.9 is not a release");
    }

    [Test]
    public async Task A_known_definition_has_no_warning()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        folder.Write("kubernetes/overlays/edge/own.yaml", "");

        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldNotContain("warning");
    }

    /// <summary>Git does not keep the empty folder, so a clone has none, and its Flux Kustomization would fail.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task An_overlay_folder_without_a_manifest_is_none_and_is_warned_of(bool kept)
    {
        const string Warned = "kubernetes/overlays/edge: overlay-empty: warning: The folder has no manifest, so that cluster edge gets no "
            + "overlay. git does not keep a folder without a file. Write a manifest (.yaml) into it and run generate, or delete it.";
        const string Layer = "kubernetes/clusters/edge/overlays.yaml";
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");
        Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", "edge"));
        if (kept)
        {
            folder.Write("kubernetes/overlays/edge/.gitkeep", "");
        }

        var run = await Verb.Run("generate", "-f", folder.Path);
        (run.ExitCode, run.Error.Contains(Warned)).ShouldBe((0, true), run.Error);
        File.Exists(Path.Combine(folder.Path, Layer)).ShouldBeFalse();
        foreach (var verb in new[] { "check", "lint" })
        {
            run = await Verb.Run(verb, "-f", folder.Path);
            run.ExitCode.ShouldBe(0, run.Output);
            run.Output.ShouldContain(Warned);
        }

        folder.Write("kubernetes/overlays/edge/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: a }\ndata:\n"
            + "  AUTH_TOKEN: of-tests-42 # lint-ignore secret-in-configmap: The name of a test.\n");
        (await Verb.Run("generate", "-f", folder.Path)).Output.ShouldContain($"created   {Layer}");
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldEndWith(", 1 ignored with a reason (--verbose lists them).\n");
        File.Delete(Path.Combine(folder.Path, "kubernetes", "overlays", "edge", "own.yaml"));
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(folder.Path, Layer)).ShouldBeFalse();
    }

    [TestCase("kubernetes/overlays/edge/kustomization.yaml", "resources: [../base]\n")]
    [TestCase("kubernetes/overlays/edge/kustomization.yaml", "components: [../base/part]\n")]
    [TestCase("kubernetes/overlays/edge/more.yaml", "spec: {path: ./kubernetes/overlays/base}\n")]
    public async Task A_folder_that_an_overlay_of_a_cluster_includes_is_delivered(string file, string text)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");
        folder.Write(file, text);
        folder.Write("kubernetes/overlays/base/kustomization.yaml", "resources: [../base]\n");
        folder.Write("kubernetes/overlays/other/kustomization.yaml", "resources: [../other]\n");

        var output = (await Verb.Run("check", "-f", folder.Path)).Output;

        output.ShouldNotContain("overlays/base: overlay-without-cluster");
        output.ShouldContain("overlays/other: overlay-without-cluster");
    }

    [Test]
    public async Task A_definition_below_the_root_of_its_repository_is_warned_of()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "");
        folder.Write("infra/platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");
        var infra = Path.Combine(folder.Path, "infra");
        const string Warned = "platform.yaml:1:1: repository-root: warning: The definition is in the folder 'infra' of its git repository. "
            + "Flux looks for './kubernetes/clusters/edge' from the root of the repository, and the files are in "
            + "'./infra/kubernetes/clusters/edge'. Write 'path: infra' below 'repository'.";

        var run = await Verb.Run("generate", "-f", infra);
        (run.ExitCode, run.Error.Contains(Warned)).ShouldBe((0, true), run.Error);
        (await Verb.Run("check", "-f", infra)).Output.ShouldContain(Warned);
        (await Verb.Run("lint", "-f", infra)).Output.ShouldContain(Warned);
        (await Verb.Run("plan", "-f", infra)).Error.ShouldContain(Warned);

        folder.Write("infra/platform.yaml", Repository.Replace(" }", ", path: infra }")
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("generate", "-f", infra)).ExitCode.ShouldBe(0);
        (await Verb.Run("check", "-f", infra)).Output.ShouldNotContain("repository-root");
        (await Verb.Run("lint", "-f", infra)).Output.ShouldStartWith("No findings");

        folder.Write("infra/.git/HEAD", "");
        (await Verb.Run("check", "-f", infra)).Output.ShouldContain("Delete 'path' below 'repository'.");
    }

    /// <summary>The folder that was pushed as the root of the artifact is not known.</summary>
    [Test]
    public async Task The_root_of_an_artifact_may_be_the_definition_s_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "");
        folder.Write("infra/platform.yaml", "repository: { kind: oci, url: oci://registry.example.com/platform, tag: latest }\n"
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        var infra = Path.Combine(folder.Path, "infra");

        (await Verb.Run("generate", "-f", infra)).Error.ShouldBeEmpty();
        (await Verb.Run("check", "-f", infra)).Output.ShouldNotContain("repository-root");
    }

    [Test]
    public async Task Plain_policies_without_the_range_of_the_nodes_are_warned_of()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters:\n  - {{ name: edge, networkPolicy: kubernetes, {Network} }}\n");
        const string Warned = "platform.yaml:3:46: network-nodes-unknown: warning: The policy on the DNS pods of cluster edge "
            + "(networkPolicy: kubernetes) lets pods in, and no node, because the range of the nodes is not known. Pods on the host "
            + "network that ask the cluster's DNS (dnsPolicy: ClusterFirstWithHostNet), and programs of the nodes, then reach a DNS pod on "
            + "their own node alone. Write the range of the nodes as 'nodes:' below the cluster's 'network'";

        var generated = await Verb.Run("generate", "-f", folder.Path);
        (generated.ExitCode, generated.Error.Contains(Warned)).ShouldBe((0, true), generated.Error);
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldContain(Warned);
        (await Verb.Run("plan", "-f", folder.Path)).Error.ShouldContain(Warned);
        var lint = await Verb.Run("lint", "-f", folder.Path);
        (lint.ExitCode, lint.Output.Contains(Warned)).ShouldBe((0, true), lint.Output);

        folder.Write("platform.yaml", Repository + "clusters:\n  - { name: edge, networkPolicy: kubernetes, "
            + Network.Replace(" }", ", nodes: 192.168.10.0/24 }") + " }\n");
        (await Verb.Run("generate", "-f", folder.Path)).Error.ShouldBeEmpty();
    }

    [Test]
    public async Task A_branch_that_git_does_not_know_is_warned_of_where_all_of_the_repository_s_are_known()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/trunk\n");
        folder.Write("platform.yaml", Repository + $"clusters:\n  - {{ name: edge, {Network} }}\n"
            + $"  - {{ name: far, repository: {{ branch: trunk }}, {Network.Replace("10.24", "10.14")} }}\n");
        const string Warned = "platform.yaml:1:1: repository-branch: warning: Flux follows the branch 'main', and git does not know it "
            + "here: it knows trunk. Write 'branch: trunk' below 'repository', or make the branch and push it.";
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldContain(Warned);
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldContain(Warned);

        folder.Write(".git/shallow", "");
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldStartWith("No findings");
        File.Delete(Path.Combine(folder.Path, ".git", "shallow"));
        folder.Write(".git/config", "[remote \"origin\"]\n\turl = git@github.com:another/one.git\n\tfetch = +refs/heads/*:refs/x/*\n");
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldStartWith("No findings", Case.Sensitive, "it is another repository");
        (await Verb.Run("doctor", "-f", folder.Path)).Output.ShouldContain("repository.url is https://github.com/example/platform.git, "
            + "which is not a remote of this git repository (ssh://git@github.com/another/one.git).");
        folder.Write(".git/config", "[remote \"origin\"]\n\turl = git@github.com:example/platform\n\tfetch = +refs/heads/*:refs/x/*\n");
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldContain(Warned);
        folder.Write(".git/refs/heads/main", new string('0', 40));
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldStartWith("No findings");
    }

    [Test]
    public async Task The_place_of_a_branch_is_that_of_a_cluster_or_of_a_group_where_it_is_written_there()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write("platform.yaml", Repository + "groups:\n  first: { repository: { branch: next } }\nclusters:\n"
            + $"  - {{ name: edge, group: first, {Network} }}\n"
            + $"  - {{ name: far, repository: {{ branch: gone }}, {Network.Replace("10.24", "10.14")} }}\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        var output = (await Verb.Run("lint", "-f", folder.Path)).Output;

        output.ShouldContain("platform.yaml:3:34: repository-branch: warning: Flux follows the branch 'next', and git does not know it "
            + "here: it knows main. Write 'branch: main' there, or make the branch and push it.");
        output.ShouldContain("platform.yaml:6:40: repository-branch: warning: Flux follows the branch 'gone'");
    }

    [Test]
    public async Task A_warning_can_be_kept_back_and_can_be_an_error()
    {
        using var folder = new TemporaryFolder();
        var rest = Repository + $"clusters: [{{ name: edge, {Network} }}]\n";
        folder.Write("platform.yaml", rest);
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", "later"));

        folder.Write("platform.yaml", $"{rest}lint: {{ severity: {{ overlay-without-cluster: error }} }}\n");
        (await Verb.Run("lint", "-f", folder.Path)).ExitCode.ShouldBe(1);

        folder.Write("platform.yaml", $"{rest}lint: {{ ignore: [{{ rule: overlay-without-cluster, reason: Kept for later. }}] }}\n");
        var lint = await Verb.Run("lint", "-f", folder.Path);
        lint.ExitCode.ShouldBe(0, lint.Output);
        lint.Output.ShouldEndWith(", 1 ignored with a reason (--verbose lists them).\n");
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldNotContain("overlay-without-cluster");
        (await Verb.Run("generate", "-f", folder.Path)).Error.ShouldBeEmpty();

        Directory.Delete(Path.Combine(folder.Path, "kubernetes", "overlays", "later"));
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldContain("lint-ignore-unused");
        folder.Write("platform.yaml", $"{rest}lint: {{ severity: {{ overlay-without-clusters: error }} }}\n");
        (await Verb.Run("lint", "-f", folder.Path)).Error.ShouldContain("Did you mean overlay-without-cluster?");
    }

    [TestCase("repository-branch", "repository: { url: https://github.com/example/platform.git, branch: gone }")]
    [TestCase("repository-root", "repository: { url: https://github.com/example/platform.git, path: deep }")]
    public async Task An_entry_for_a_warning_is_not_unused_where_the_clone_lacks_what_the_warning_needs(string rule, string repository)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write("platform.yaml", $"{repository}\nclusters: [{{ name: edge, {Network} }}]\n"
            + $"lint: {{ ignore: [{{ rule: {rule}, reason: It comes later. }}] }}\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldContain(", 1 ignored with a reason");

        folder.Write(".git/shallow", "");
        (await Verb.Run("lint", "-f", folder.Path)).ExitCode.ShouldBe(0);
        Directory.Delete(Path.Combine(folder.Path, ".git"), recursive: true);
        var without = await Verb.Run("lint", "-f", folder.Path);
        (without.ExitCode, without.Output).ShouldBe((0, without.Output));
        without.Output.ShouldStartWith("No findings");

        folder.Write(".git/HEAD", "ref: refs/heads/main\n");
        folder.Write("platform.yaml", $"{Repository}clusters: [{{ name: edge, {Network} }}]\n"
            + $"lint: {{ ignore: [{{ rule: {rule}, reason: It comes later. }}] }}\n");
        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldContain("lint-ignore-unused");
    }

    [Test]
    public async Task A_build_of_one_s_own_of_a_known_chart_is_known()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository
            + "charts: { coredns: { version: 1.46.2-nord.1, url: oci://registry.nord.example/coredns } }\n"
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        (await Verb.Run("lint", "-f", folder.Path)).Output.ShouldStartWith("No findings");
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldNotContain("version-unknown");
    }

    [Test]
    public async Task One_Secret_for_two_kinds_of_source_and_a_registry_without_the_chart_s_name_are_warned_of()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + "charts: { coredns: { version: 1.46.2, secretName: registry } }\n"
            + $"clusters:\n  - {{ name: edge, {Network} }}\n  - {{ name: far, charts: {{ coredns: {{ version: 1.38.0 }} }}, "
            + $"{Network.Replace("10.24", "10.14")} }}\n");
        var check = (await Verb.Run("check", "-f", folder.Path)).Output;
        check.ShouldContain("platform.yaml:2:51: chart-secret-of-two-sources: warning: The Secret 'registry' of charts.coredns is for two "
            + "kinds of source: a registry (1.46.2), for which it has a docker config, and an HTTP repository (1.38.0)");

        folder.Write("platform.yaml", Repository + "charts: { coredns: { version: 1.46.2, url: oci://registry.nord.example/charts/ } }\n"
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldContain("platform.yaml:2:44: chart-url-without-name: warning: The "
            + "address of charts.coredns ends in 'charts', and Flux asks the registry for an artifact of that name. Write the chart's name "
            + "behind it: oci://registry.nord.example/charts/coredns.");
        folder.Write("platform.yaml", Repository + "charts: { coredns: { version: 1.46.2, secretName: registry, source: http } }\n"
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldNotContain("warning");
    }

    [Test]
    public async Task A_published_chart_without_data_is_reported_once_and_not_as_unpublished()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + "charts: { coredns: { version: 1.48.1 } }\n"
            + $"clusters: [{{ name: edge, {Network} }}]\n");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        var check = (await Verb.Run("check", "-f", folder.Path)).Output;
        check.ShouldContain("The newest one whose values it knows is ");
        check.ShouldNotContain("Check the number");
        var lint = (await Verb.Run("lint", "-f", folder.Path)).Output;
        (lint.Contains("version-unknown"), lint.Contains("chart-data-missing"))
            .ShouldBe((false, true), lint);
    }

    [Test]
    public async Task One_cluster_is_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");

        (await Verb.Run("doctor", "-f", folder.Path)).Output.ShouldContain(": 1 cluster; kubernetes/ is ");
    }

    [TestCase("deep/er", false, 0)]
    [TestCase("deep/er", true, 2)]
    public async Task Without_a_name_the_definition_is_looked_for_upwards_as_far_as_the_repository(string below, bool own, int code)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Repository + $"clusters: [{{ name: edge, {Network} }}]\n");
        folder.Write($"{below}/{(own ? ".git/HEAD" : "file")}", "");
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);

        var run = await GeneratorProcess.RunIn(Path.Combine(folder.Path, below), new Dictionary<string, string?>(), "check");

        run.ExitCode.ShouldBe(code, run.Output + run.Error);
        (run.Output + run.Error).ShouldContain(own ? "The file 'platform.yaml' does not exist." : "0 different");
    }
}
