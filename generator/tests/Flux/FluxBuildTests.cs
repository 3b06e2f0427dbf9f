using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>An object with many special cases of substitution, built by us and by <c>flux build</c>.</summary>
public sealed class FluxBuildTests
{
    private static readonly Tool Flux = new("flux", "Install the Flux command line (https://fluxcd.io/flux/installation/).");

    private const string Kustomization = """
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata:
          name: odd
          namespace: flux-system
        spec:
          interval: 1m
          prune: true
          path: ./kubernetes/odd
          sourceRef:
            kind: GitRepository
            name: platform
          postBuild:
            substitute:
              NUMBER: "2"
              SWITCH: "true"
              NOTHING: "null"
              EMPTY: ""
              LIST: "[a, b]"
              WORDS: a b
              AGREED: "yes"
        """;

    private const string Odd = """
        apiVersion: example.org/v1
        kind: Odd
        metadata:
          name: odd
          namespace: default
        spec:
          plain: ${NUMBER}
          quoted: "${NUMBER}"
          single: '${SWITCH}'
          within: "v${NUMBER}"
          colon: "${NUMBER}: ${WORDS}"
          comment: "${WORDS} # ${NUMBER}"
          nothing: "${NOTHING}"
          empty: "${EMPTY}"
          list: ${LIST}
          agreed: "${AGREED}"
          default: ${UNSET:=7}
          escaped: $${NUMBER} and $$
          untouched: ["2", "true", "null", "0x10", "1e3", "yes", "2024-01-01", "~", ""]
          typed: [2, true, 1.5]
          block: |
            first ${NUMBER}
            second $${NUMBER}
          ${WORDS}: key
        """;

    [Test]
    public async Task Flux_and_this_generator_make_the_same_of_an_object()
    {
        var flux = Program();
        using var repository = new TemporaryFolder();
        var kustomization = repository.Write("kubernetes/clusters/one/odd.yaml", Kustomization);
        repository.Write("kubernetes/clusters/one/kustomization.yaml", "resources: [odd.yaml]\n");
        repository.Write("kubernetes/odd/kustomization.yaml", "resources: [odd.yaml]\n");
        repository.Write("kubernetes/odd/odd.yaml", Odd);

        var theirs = await ToolProcess.RunAsync(
            flux,
            ["build", "kustomization", "odd", "--path", Path.Combine(repository.Path, "kubernetes/odd"), "--kustomization-file",
                kustomization, "--dry-run", "--strict-substitute"],
            new ToolOptions(),
            CancellationToken.None);
        var ours = await ClusterRender.BuildAsync(repository.Path, "one", new RenderOptions { StrictSubstitution = true },
            TimeProvider.System, CancellationToken.None);

        theirs.ShouldSucceed();
        ours.Problem.ShouldBeNull();
        var read = Given.Object(theirs.Output);
        Describe(ours.Objects.Single(item => item.TextAt("kind") == "Odd")["spec"]!).ShouldBe(Describe(read["spec"]!));
    }

    /// <summary>The program; the test is skipped if it or the real kustomize is missing.</summary>
    internal static string Program()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        if (Flux.Find(path) is { } flux && (Tool.Kustomize.Find(path) ?? Tool.Kubectl.Find(path)) is not null)
        {
            return flux;
        }

        Assert.Ignore($"flux, or kustomize and kubectl, are not on the search path. {Flux.HowToGet}");
        throw new InvalidOperationException("The test goes on although it is ignored.");
    }

    /// <summary>Values with their types, keys sorted.</summary>
    internal static string Describe(Node node) => node switch
    {
        Mapping mapping => "{" + string.Join("; ", mapping.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => $"{entry.Key}: {Describe(entry.Value)}")) + "}",
        Sequence sequence => "[" + string.Join(", ", sequence.Items.Select(Describe)) + "]",
        Scalar scalar when scalar.IsText || PlainScalars.IsText(scalar.Value) => $"\"{scalar.Value}\"",
        Scalar { Value: "" or "~" } => "null",
        Scalar { Value: "yes" } => "true",
        Scalar scalar => scalar.Value,
        _ => "",
    };
}

/// <summary>
/// Compares other repositories with the real kustomize, each folder with a kustomization.yaml: FOREIGN_REPOSITORIES=folder[:folder] dotnet
/// test generator/tests --filter ForeignFolders.
/// </summary>
[Explicit("It needs checkouts of public repositories, and kubectl for each of their folders.")]
public sealed class ForeignFoldersTests
{
    private static string[] Repositories() =>
        (Environment.GetEnvironmentVariable("FOREIGN_REPOSITORIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    [TestCaseSource(nameof(Repositories))]
    public void Every_folder_is_built_alike(string repository)
    {
        Kustomized.Needed();
        var tree = SourceTree.OnDisk(repository);
        var kustomizer = new Kustomizer(tree);
        var (same, unknown, wrong) = (0, new List<string>(), new List<string>());
        foreach (var file in tree.FilesBelow("").Where(path => Path.GetFileName(path) == "kustomization.yaml"))
        {
            var folder = Path.GetDirectoryName(file)!;
            if (File.ReadLines(Path.Combine(repository, file)).Any(line => line.StartsWith("kind: Component", StringComparison.Ordinal)))
            {
                continue;
            }

            var ours = kustomizer.Build(new BuildRequest(folder));
            var (theirs, refusal) = Kustomized.TryBuild(Path.Combine(repository, folder));
            if (ours.Findings.Any(finding => finding.Rule == "kustomize-unsupported"))
            {
                unknown.Add($"{folder}: {ours.Findings[0].Message}");
            }
            else if (theirs is null != ours.Findings.Length > 0)
            {
                wrong.Add($"{folder}: ours: {ours.Findings.FirstOrDefault()?.ToString() ?? "fine"}; theirs: {refusal}");
            }
            else if (theirs is null || Kustomized.Canonical(ours.Resources).SequenceEqual(Kustomized.Canonical(theirs)))
            {
                same++;
            }
            else
            {
                var (one, two) = (Kustomized.Canonical(ours.Resources), Kustomized.Canonical(theirs));
                var (less, more) = (string.Join("\n         ", one.Except(two)), string.Join("\n         ", two.Except(one)));
                wrong.Add($"{folder}:\n  ours   {less}\n  theirs {more}");
            }
        }

        TestContext.Out.WriteLine($"{repository}: {same} alike, {unknown.Count} not judged, {wrong.Count} wrong");
        unknown.ForEach(TestContext.Out.WriteLine);
        wrong.ShouldBeEmpty();
    }
}
