using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>A file or folder of the tree that is there and cannot be read: each command names it, and ends with 2.</summary>
[TestFixture]
public sealed class UnreadableTreeTests
{
    private const string Release = "kubernetes/bases/coredns/helmrelease.yaml";
    private const string Own = "kubernetes/overlays/infra/own.yaml";

    private static readonly string[] Verbs = ["generate", "check", "plan", "lint", "graph", "images", "render"];

    /// <summary>A file that another program holds alone: root may read any other.</summary>
    [TestCase("text")]
    [TestCase("json")]
    [TestCase("sarif")]
    [TestCase("github")]
    public async Task A_file_is_a_finding_of_each_command_in_each_format(string format)
    {
        using var tree = await Generated();
        tree.Write("platform.yaml", Sample.Text.Replace("apps", "shop"));
        using var held = Held(tree, Release);

        foreach (var verb in format == "text" ? Verbs.Except(["render"]) : ["check", "plan", "lint", "images"])
        {
            var run = await Verb.Run([verb, "-f", tree.Path, .. format == "text" ? [] : new[] { "--output", format }]);

            run.ExitCode.ShouldBe(2, $"{verb}: {run.Output}{run.Error}");
            (format == "text" ? run.Output : run.Error).ShouldBeEmpty(verb);
            var said = format == "text" ? run.Error : run.Output;
            said.ShouldContain("file-unreadable", customMessage: verb);
            said.ShouldContain("helmrelease.yaml", customMessage: verb);
            said.ShouldContain("The file cannot be read: ", customMessage: verb);
            if (format == "json")
            {
                var finding = JsonDocument.Parse(said).RootElement.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
                finding.GetProperty("file").GetString().ShouldEndWith(Release, customMessage: verb);
            }
        }

        Directory.Exists(Path.Combine(tree.Path, "kubernetes/clusters/shop")).ShouldBeFalse("nothing was written");
    }

    [Test]
    public async Task Doctor_goes_on_with_its_other_checks()
    {
        using var tree = await Generated();
        tree.Write("platform.yaml",
            Sample.Text.Replace("https://github.com/platform-gitops/platform-gitops.git", StarterDefinition.Example));
        using var held = Held(tree, Release);

        var run = await Verb.Run("doctor", "-f", tree.Path);

        run.ExitCode.ShouldBe(1, run.Error);
        run.Output.ShouldContain("the tree cannot be read:\n" + $"{Release}: file-unreadable: The file cannot be read: ");
        run.Output.ShouldContain("repository.url is ", customMessage: "the check after the tree");
    }

    [Test]
    public async Task Generate_says_that_it_wrote_nothing_and_names_every_file()
    {
        using var tree = await Generated();
        using var release = Held(tree, Release);
        using var own = Held(tree, LockFile.Name);

        var run = await Verb.Run("generate", "--force", "-f", tree.Path);

        run.Error.Split('\n').Select(line => line.Split(": ")[0].TrimEnd('\r'))
            .ShouldBe([LockFile.Name, Release, "Nothing was written.", ""]);
    }

    [Test]
    public async Task A_file_beside_the_definition_is_named()
    {
        using var tree = new TemporaryFolder();
        tree.Write("platform.yaml", """
            repository: { url: https://github.com/example/platform.git }
            clusters:
              - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
            substrates:
              - name: main
                primary: { addresses: [192.168.10.11] }
                secondary: { addresses: [192.168.10.12] }
                reverse: [192.168.10.0/24]
                recordsFile: hosts.zone
            """);
        tree.Write("hosts.zone", "b A 192.168.10.50\n");
        using var held = Held(tree, "hosts.zone");

        var run = await Verb.Run("generate", "-f", tree.Path);

        run.Error.ShouldStartWith("hosts.zone: file-unreadable: The file cannot be read: ");
        run.ExitCode.ShouldBe(2);
    }

    [TestCaseSource(nameof(Verbs))]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task A_folder_is_not_taken_for_an_empty_or_missing_one(string verb)
    {
        using var tree = await Generated();
        using var closed = new Closed(Path.Combine(tree.Path, Layout.Infrastructure));

        var run = verb == "render" ? await OtherUser.Run(tree.Path, verb, "infra", "-f", tree.Path)
            : await OtherUser.Run(tree.Path, verb, "-f", tree.Path);

        run.Error.ShouldStartWith($"{Layout.Infrastructure}: folder-unreadable: The folder cannot be read: permission denied. "
            + "Let the user of this program read it, and run the command again.\n");
        run.Output.ShouldBeEmpty();
        run.ExitCode.ShouldBe(2);
    }

    /// <summary>Taken for empty, it would leave the cluster, and Flux would delete what it delivers.</summary>
    [TestCase("kubernetes/overlays")]
    [TestCase("kubernetes/overlays/infra")]
    [TestCase("kubernetes/overlays/infra/more")]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task An_overlay_is_not_taken_for_an_empty_one(string folder)
    {
        using var tree = await Generated();
        tree.Write(Own, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, namespace: default }\n");
        tree.Write("kubernetes/overlays/infra/more/a.txt", "");
        (await Verb.Run("generate", "-f", tree.Path)).ExitCode.ShouldBe(0);
        using var closed = new Closed(Path.Combine(tree.Path, folder));

        foreach (var verb in new[] { "generate", "lint" })
        {
            var run = await OtherUser.Run(tree.Path, verb, "-f", tree.Path);

            run.Error.ShouldStartWith($"{folder}: folder-unreadable: ");
            run.ExitCode.ShouldBe(2);
        }
    }

    /// <summary>What 'chmod -R 644' leaves: a folder that shows its names, and no more of them.</summary>
    [Test]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task A_folder_that_only_lists_its_names_is_named_and_not_each_of_its_files()
    {
        using var tree = await Generated();
        using var closed = new Closed(Path.Combine(tree.Path, "kubernetes/clusters/infra"), (UnixFileMode)0b110_100_100);
        foreach (var verb in new[] { "generate", "lint" })
        {
            var run = await OtherUser.Run(tree.Path, verb, "-f", tree.Path);

            run.Error.ShouldStartWith("kubernetes/clusters/infra: folder-unreadable: ");
            run.Error.ShouldNotContain("file-unreadable");
            run.ExitCode.ShouldBe(2, run.Output);
        }
    }

    [TestCase("platform.yaml")]
    [TestCase("", Description = "its folder")]
    [Platform("Linux", Reason = "setpriv.")]
    public async Task A_definition_that_may_not_be_read_is_not_a_missing_one(string path)
    {
        using var tree = await Generated();
        var folder = Path.Combine(tree.Path, "below");
        Directory.CreateDirectory(folder);
        File.Move(Path.Combine(tree.Path, "platform.yaml"), Path.Combine(folder, "platform.yaml"));
        using var closed = new Closed(Path.Combine(folder, path));

        var run = await OtherUser.Run(tree.Path, "check", "-f", folder);

        run.Error.ShouldContain("definition-unreadable: The file cannot be read: permission denied. Check its permissions");
        run.ExitCode.ShouldBe(2);
    }

    private static FileStream Held(TemporaryFolder tree, string path) =>
        new(Path.Combine(tree.Path, path), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

    private static async Task<TemporaryFolder> Generated()
    {
        var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Sample.Text);
        (await Verb.Run("generate", "-f", folder.Path)).ExitCode.ShouldBe(0);
        return folder;
    }
}
