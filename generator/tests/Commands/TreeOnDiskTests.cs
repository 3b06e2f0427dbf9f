namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>A tree that is incomplete, or that the program must not print.</summary>
[TestFixture]
public sealed class TreeOnDiskTests
{
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

    /// <summary>git keeps the link alone.</summary>
    [TestCase("kubernetes/overlays/infra", "nowhere", "kubernetes/overlays/infra: overlay-empty: warning: It is a symbolic link to ")]
    [TestCase("kubernetes/overlays/infra", "../../own", "kubernetes/overlays/infra: overlay-empty: warning: It is a symbolic link to ")]
    [TestCase("kubernetes/overlays", "../own", null)]
    [TestCase("kubernetes/overlays/infra", null, "kubernetes/overlays/infra: overlay-empty: warning: It is a file, so that cluster infra ")]
    public async Task What_is_no_folder_is_no_overlay(string path, string? target, string? warning)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Links need a right of their own on Windows; runs on Linux and macOS.");
        }

        using var tree = await Generated();
        tree.Write("own/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: default }\n");
        tree.Write("own/infra/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: default }\n");
        if (target is null)
        {
            tree.Write(path, "");
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree.Path, path))!);
            Directory.CreateSymbolicLink(Path.Combine(tree.Path, path), target);
        }

        var run = await Verb.Run("generate", "-f", tree.Path);

        run.ExitCode.ShouldBe(0, run.Error);
        File.Exists(Path.Combine(tree.Path, "kubernetes/clusters/infra/overlays.yaml")).ShouldBeFalse();
        run.Error.ShouldContain(warning ?? "");
        (await Verb.Run("lint", "-f", tree.Path)).Output.ShouldContain(warning ?? "");
    }

    /// <summary>A mirror is filled from it.</summary>
    [TestCase("text")]
    [TestCase("json")]
    public async Task Images_says_that_the_list_lacks_what_cannot_be_built(string format)
    {
        using var tree = await Generated();
        Directory.Delete(Path.Combine(tree.Path, "kubernetes/infrastructure/networking"), recursive: true);

        var run = await Verb.Run("images", "--output", format, "-f", tree.Path);

        run.ExitCode.ShouldBe(1);
        (format == "text" ? run.Error : run.Output).ShouldContain("path-missing");
        run.Error.Contains("The list is not whole").ShouldBe(format == "text");
    }

    /// <summary>kustomize would fetch it, and this program does not.</summary>
    [TestCase("images", "The list is not whole")]
    [TestCase("graph", "The graph is not whole")]
    public async Task What_a_remote_base_brings_is_said_to_be_missing(string verb, string message)
    {
        const string Path = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
        using var tree = await Generated();
        tree.Write(Path, (await File.ReadAllTextAsync(System.IO.Path.Combine(tree.Path, Path)))
            .Replace("resources:\n", "resources:\n  - https://github.com/example/base?ref=v1\n"));

        var run = await Verb.Run(verb, "-f", tree.Path);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("kustomize-unsupported");
        run.Error.ShouldContain(message);
    }

    [Test]
    public async Task A_folder_with_the_name_of_the_definition_is_named()
    {
        using var tree = new TemporaryFolder();
        tree.Write("platform.yaml/x", "");

        var run = await GeneratorProcess.RunIn(tree.Path, new Dictionary<string, string?>(), "check");

        run.Error.ShouldStartWith("platform.yaml: definition-unreadable: 'platform.yaml' is a directory.");
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

    private static Task<Verb> Run(string script, params string[] arguments) => GeneratorProcess.RunFile(
        "/bin/sh", ["-c", script, "sh", GeneratorProcess.Runtime, GeneratorProcess.Assembly, .. arguments]);
}
