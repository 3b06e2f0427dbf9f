using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>
/// Repositories of other people beside the real kustomize, each folder with a kustomization.yaml: FOREIGN_REPOSITORIES=folder[:folder]
/// dotnet test generator/tests --filter ForeignFolders.
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
