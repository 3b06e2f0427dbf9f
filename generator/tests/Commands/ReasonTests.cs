using System.Text.Json;
using PlatformGitOps.Generator.Tests.Tools;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>A command that ends with 1 prints the reason in each format: a program reads only one of them.</summary>
public sealed class ReasonTests
{
    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }

        """;

    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";
    private const string Services = "10.245.0.0/16";
    private const string Reset = "10.246.0.0/16";

    private static readonly string[] Formats = [.. Enum.GetNames<OutputFormat>().Select(name => name.ToLowerInvariant())];

    private static readonly Drifting[] Drifts =
    [
        new("a changed definition", "the definition changed.", DriftCause.Definition, tree => tree.Edit("platform.yaml", Services, Reset)),
        new("an overlay", "the generator changed, or a folder in kubernetes/overlays.", DriftCause.Generator,
            tree => tree.Write("kubernetes/overlays/infra/own.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: own}}\n")),
        new("an edit", "was edited by hand.", DriftCause.Hand, tree => tree.Append(Settings, "# mine\n")),
        new("a file less", "was removed by hand.", DriftCause.Hand, tree => File.Delete(tree.At(Settings))),
        new("an edit and a changed definition", "was edited by hand, and the generated text changed.", DriftCause.Both, tree =>
        {
            tree.Append(Settings, "# mine\n");
            tree.Edit("platform.yaml", Services, Reset);
        }),
        new("an interrupted run", "a run was interrupted.", DriftCause.Interrupted, tree =>
        {
            var before = tree.Read(Settings).Replace("10.245.", "10.244.");
            tree.Write(Settings, before);
            tree.Append(LockFile.Name, $"{ContentHash.OfText(before)}  {Settings}\n");
        }),
        new("a lock file that lost a line", "the lock file does not have its hash.", DriftCause.Lock, tree => tree.Forget(Settings)),
        new("a folder", "is a folder, but the generator needs a file here.", DriftCause.InTheWay, tree =>
        {
            File.Delete(tree.At(Settings));
            Directory.CreateDirectory(tree.At(Settings));
        }),
        new("a foreign file", "but the generator did not write it.", DriftCause.InTheWay, tree =>
        {
            tree.Forget(Settings);
            tree.Append(Settings, "# mine\n");
        }),
        new("a comment in the definition", "was written from another text of the definition", null,
            tree => tree.Append("platform.yaml", "# A comment.\n")),
        new("a comment in the lock file", "has another text than generate writes", null,
            tree => tree.Append(LockFile.Name, "# A comment.\n")),
        new("a lock file that is none", "cannot be parsed", null, tree => tree.Write(LockFile.Name, "garbage\n")),
        new("another definition", "made this tree", null, tree =>
        {
            tree.Write("other.yaml", Definition);
            tree.Edit(LockFile.Name, "platform.yaml", "other.yaml");
        }),
    ];

    [TestCaseSource(nameof(Drifts))]
    public async Task Of_check(Drifting drift)
    {
        using var tree = await Grown.Generated(Definition);
        drift.Change(tree);

        await Names(drift.Says, format => Verb.Run("check", "-f", tree.Path, "--output", format));
        await Names(drift.Says, _ => Verb.Run("check", "-f", tree.Path, "--quiet"), "text");

        using var json = JsonDocument.Parse((await Verb.Run("check", "-f", tree.Path, "--output", "json")).Output);
        json.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("cause").GetString()).Distinct()
            .ShouldBe(drift.Cause is { } cause ? [new DriftedFile("", cause).Name] : [], drift.Name);
    }

    /// <summary>Add a case here for each new cause.</summary>
    [Test]
    public void Every_cause_of_drift_has_a_case() => Drifts.Select(drift => drift.Cause).OfType<DriftCause>().Distinct()
        .ShouldBe(Enum.GetValues<DriftCause>().Except([DriftCause.None, DriftCause.Foreign]), ignoreOrder: true);

    [Test]
    public async Task Of_doctor()
    {
        using var tree = await Grown.Generated(Definition);
        tree.Append(Settings, "# mine\n");

        var run = await Verb.Run("doctor", "-f", tree.Path);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("kubernetes/ is not as generated; check shows what differs.");
    }

    [Test]
    public async Task Of_lint()
    {
        using var tree = await Grown.Generated(Definition);
        tree.Edit(Settings, "CLUSTER_NAME", "OTHER");

        await Names("CLUSTER_NAME", format => Verb.Run("lint", "-f", tree.Path, "--output", format));
    }

    [Test]
    public async Task Of_versions()
    {
        using var tree = await Grown.Generated(Definition);

        await Names("CVE-2026-26018", format => Verb.On("2026-11-28", "versions", "-f", tree.Path, "--output", format));
    }

    [Test]
    public async Task Of_plan()
    {
        using var tree = await Grown.Generated(Definition);
        foreach (var arguments in new string[][] { ["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=one"] })
        {
            TemporaryTree.GitIn(tree.Path, arguments);
        }

        tree.Write("kubernetes/overlays/infra/kustomization.yaml", "resources: [nowhere.yaml]\n");

        await Names("nowhere.yaml", format => Verb.Run("plan", "-f", tree.Path, "--output", format));
    }

    [Test]
    [CancelAfter(120_000)]
    [Platform(Exclude = "Win", Reason = "kubectl is a shell script here")]
    public async Task Of_takeover_and_restore(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", Definition);
        var backup = Path.Combine(folder.Path, "backup");
        var kubectl = new CannedKubectl(folder);
        kubectl.Is("infra");
        kubectl.Has("services", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"one","namespace":"default",
            "annotations":{"dns.aikernel.io/geo-hostname":"geo"}},"spec":{"clusterIP":"None"}}
            """);
        (await Run(null, "backup", backup)).ExitCode.ShouldBe(0);
        kubectl.Has("services");
        kubectl.Has("deployments.apps",
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"dns-autoscaler","namespace":"kube-system"},"spec":{}}""");

        await Names("Service default/one is not in the cluster", format => Run(format, "restore", backup));
        await Names("dns-autoscaler sets the replicas", format => Run(format, "takeover"));

        async Task<Verb> Run(string? format, params string[] arguments)
        {
            string[] output = format is null ? [] : ["--output", format];
            var run = await kubectl.Run(cancellationToken, [.. arguments, "-f", definition, .. output]);
            return new Verb(run.ExitCode, run.Output, run.Error);
        }
    }

    [Test]
    public void An_error_is_printed_among_any_number_of_warnings()
    {
        var warning = new Finding { Rule = "a", File = "a.yaml", Severity = Severity.Warning, Message = "A.", Fix = "Do." };
        Finding[] findings = [.. Enumerable.Repeat(warning, 100), warning with { Rule = "b", Severity = Severity.Error }];
        using var output = new StringWriter { NewLine = "\n" };

        FindingText.Write(findings, all: false, output);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(101);
        lines[^2].ShouldBe("a.yaml: b: A. Do.");
        lines[^1].ShouldBe("... and 1 more; --verbose prints all.");
    }

    /// <summary>Add a case here for each new command with formats; images never ends with 1.</summary>
    [Test]
    public async Task Every_command_with_formats_has_a_case()
    {
        var all = Regex.Match((await Verb.Run("no-such-command")).Error, @"Commands: (.*)\. --help").Groups[1].Value.Split(", ");
        var help = await Task.WhenAll(all.Select(async name => (Name: name, Text: (await Verb.Run(name, "--help")).Output)));

        help.Where(one => one.Text.Contains("--output")).Select(one => one.Name)
            .ShouldBe(["check", "lint", "plan", "versions", "restore", "takeover", "images"], ignoreOrder: true);
    }

    private static async Task Names(string reason, Func<string, Task<Verb>> run, params string[] formats)
    {
        foreach (var format in formats is [] ? Formats : formats)
        {
            var verb = await run(format);
            verb.ExitCode.ShouldBe(1, $"{format}: {verb.Output}{verb.Error}");
            Errors(format, verb.Output).Count(error => error.Contains(reason))
                .ShouldBeGreaterThan(0, $"{format} does not say '{reason}': {verb.Output}");
        }
    }

    /// <summary>The errors that a reader of a format sees.</summary>
    private static string[] Errors(string format, string output)
    {
        using var json = format is "json" or "sarif" ? JsonDocument.Parse(output) : null;
        string[] lines = output.Split('\n');
        return format switch
        {
            "text" => lines,
            "github" => [.. lines.Where(line => line.StartsWith("::error ", StringComparison.Ordinal))],
            "json" => [.. json!.RootElement.GetProperty("findings").EnumerateArray()
                .Where(finding => finding.GetProperty("severity").GetString() == "error")
                .Select(finding => $"{finding.GetProperty("message").GetString()} {finding.GetProperty("fix").GetString()}")],
            "sarif" => [.. json!.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
                .Where(result => result.GetProperty("level").GetString() == "error")
                .Select(result => result.GetProperty("message").GetProperty("text").GetString()!)],
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Add how its errors are read."),
        };
    }

    /// <summary>A change after which a tree differs from its definition.</summary>
    /// <param name="Name">The change, in words.</param>
    /// <param name="Says">The text in each format.</param>
    /// <param name="Cause">The cause of the changed files; null if there are none.</param>
    /// <param name="Change">Changes the tree.</param>
    public sealed record Drifting(string Name, string Says, DriftCause? Cause, Action<Grown> Change)
    {
        public override string ToString() => Name;
    }

    /// <summary>A generated tree in its own folder.</summary>
    public sealed class Grown : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public string Path => _folder.Path;

        public static async Task<Grown> Generated(string definition)
        {
            var tree = new Grown();
            tree.Write("platform.yaml", definition);
            (await Verb.Run("generate", "-f", tree.Path)).ExitCode.ShouldBe(0);
            return tree;
        }

        public string At(string file) => System.IO.Path.Combine(Path, file);

        public string Read(string file) => File.ReadAllText(At(file));

        public void Write(string file, string text) => _folder.Write(file, text);

        public void Append(string file, string text) => Write(file, Read(file) + text);

        public void Edit(string file, string old, string now)
        {
            Read(file).ShouldContain(old);
            Write(file, Read(file).Replace(old, now));
        }

        /// <summary>Removes a file's line from the lock file.</summary>
        public void Forget(string file)
        {
            var lines = Read(LockFile.Name).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Write(LockFile.Name, string.Concat(lines.Where(line => !line.EndsWith($"  {file}", StringComparison.Ordinal))
                .Select(line => line + '\n')));
        }

        public void Dispose() => _folder.Dispose();
    }
}
