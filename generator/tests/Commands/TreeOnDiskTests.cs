namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>A tree that is incomplete, or that the program must not read or print.</summary>
[TestFixture]
public sealed class TreeOnDiskTests
{
    private const string Release = "kubernetes/bases/coredns/helmrelease.yaml";

    // Root can read everything, so the program then runs as the user nobody.
    private const string AsNobody = """
        if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi
        exec "$@"
        """;

    [Test]
    public async Task Lint_names_a_cluster_of_the_definition_that_the_tree_does_not_have()
    {
        using var tree = await Generated();
        Directory.Delete(Path.Combine(tree.Path, "kubernetes/clusters/infra"), recursive: true);
        var run = await Verb.Run("lint", "-f", tree.Path);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("cluster-missing: Cluster infra of the definition is not in the tree");

        Directory.Delete(Path.Combine(tree.Path, "kubernetes/clusters"), recursive: true);
        run = await Verb.Run("lint", "-f", tree.Path);
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("Cluster apps of the definition is not in the tree");
        run.Output.ShouldNotContain("No findings");
    }

    /// <summary>After the requested line is deleted, the tree can be read again.</summary>
    [TestCase(".sourceignore", "# all\n/*\n", 2, "kubernetes/", "!/kubernetes/**")]
    [TestCase("kubernetes/.sourceignore", "*.yaml\n/*\n", 2, "kubernetes/", "!*")]
    [TestCase(".sourceignore", "kubernetes/clusters/infra/\n", 1, "the folder of cluster infra", "!/kubernetes/clusters/infra/**")]
    [TestCase("kubernetes/.sourceignore", "/clusters/infra\n", 1, "the folder of cluster infra", "!/clusters/infra/**")]
    [TestCase("kubernetes/clusters/infra/.sourceignore", "*\n", 1, "the folder of cluster infra", "!*")]
    public async Task Files_excluded_by_sourceignore_are_reported(string file, string patterns, int line, string what, string last)
    {
        using var tree = await Generated();
        tree.Write(file, patterns);

        foreach (var verb in what == "kubernetes/" ? new[] { "lint", "graph" } : ["lint"])
        {
            var run = await Verb.Run(verb, "-f", tree.Path);
            run.ExitCode.ShouldBe(what == "kubernetes/" ? 2 : 1);
            var said = run.Error + run.Output;
            said.ShouldContain($"{file}:{line} ('{patterns.Split('\n')[line - 1]}') leaves {what} out of what Flux fetches");
            said.ShouldContain($"Delete that line, or add '{last}' as the last line of {file}.");
        }

        tree.Write(file, $"{patterns}{last}\n");
        var again = await Verb.Run("lint", "-f", tree.Path);
        again.ExitCode.ShouldBe(0, again.Output + again.Error);
    }

    [Test]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task Lint_names_the_clusters_whose_folder_it_may_not_read()
    {
        using var tree = await Generated();
        using var closed = new Closed(Path.Combine(tree.Path, "kubernetes/clusters"));

        var run = await RunAsNobody("lint", "-f", tree.Path);

        run.ExitCode.ShouldBe(1, run.Error);
        run.Output.ShouldContain("Cluster infra of the definition is not in the tree, or its folder cannot be read");
    }

    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("images")]
    [TestCase("render", "infra")]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task A_file_that_may_not_be_read_is_named_and_is_not_an_internal_error(params string[] verb)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        if (verb[0] == "render" && (Tool.Kustomize.Find(path) ?? Tool.Kubectl.Find(path)) is null)
        {
            Assert.Ignore($"Neither kustomize nor kubectl is on the search path. {Tool.Kubectl.HowToGet}");
        }

        using var tree = await Generated();
        using var closed = new Closed(Path.Combine(tree.Path, Release));

        var run = await RunAsNobody([.. verb, "-f", tree.Path]);

        run.Error.ShouldStartWith($"{Release} cannot be read: ");
        run.ExitCode.ShouldBe(2);
    }

    [Test]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task Plan_names_a_file_of_an_overlay_that_it_may_not_read()
    {
        const string Own = "kubernetes/overlays/infra/own.yaml";
        using var tree = await Generated();
        tree.Write(Own, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: default }\n");
        (await Verb.Run("generate", "-f", tree.Path)).ExitCode.ShouldBe(0);
        using var closed = new Closed(Path.Combine(tree.Path, Own));

        var run = await RunAsNobody("plan", "-f", tree.Path);

        run.Error.ShouldStartWith($"{Own} cannot be read: ");
        run.ExitCode.ShouldBe(2);
    }

    [TestCase("generate")]
    [TestCase("schema")]
    [Platform("Linux", Reason = "/dev/full.")]
    public async Task An_output_that_cannot_be_written_is_reported_and_is_not_an_internal_error(string verb)
    {
        using var tree = await Generated();

        var run = await Run("exec \"$@\" > /dev/full", verb, "-f", tree.Path);

        run.Error.ShouldStartWith("The output cannot be written: ");
        run.ExitCode.ShouldBe(2, run.Error);
    }

    private static async Task<TemporaryFolder> Generated()
    {
        var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Sample.Text);
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        return folder;
    }

    private static async Task<Verb> RunAsNobody(params string[] arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            // Only its user can read a test's folder.
            File.SetUnixFileMode(arguments[^1], (UnixFileMode)0b111_101_101);
        }

        var possible = await Run(AsNobody, "--version");
        if (possible.ExitCode != 0)
        {
            Assert.Ignore($"The program does not run as another user here ({possible.Error.Trim()}).");
        }

        return await Run(AsNobody, arguments);
    }

    private static Task<Verb> Run(string script, params string[] arguments) => GeneratorProcess.RunFile(
        "/bin/sh", ["-c", script, "sh", GeneratorProcess.Runtime, GeneratorProcess.Assembly, .. arguments]);

    /// <summary>A file or folder without any permission, until it is disposed.</summary>
    private sealed class Closed : IDisposable
    {
        private readonly string _path;

        public Closed(string path) => Set(_path = path, UnixFileMode.None);

        public void Dispose() => Set(_path, (UnixFileMode)0b111_101_101);

        private static void Set(string path, UnixFileMode mode)
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, mode);
            }
        }
    }
}
