using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Render;

/// <summary>
/// Runs the real kustomize, standalone or inside of kubectl, on a copy of the tree. The copy may be changed, as Flux changes its fetched
/// copy.
/// </summary>
internal sealed class KustomizeBuild : IDisposable
{
    private readonly RenderOptions options;
    private readonly TimeProvider time;
    private readonly SourceTree tree;
    private readonly Kustomizer kustomizer;
    private readonly string copy;
    private readonly (string File, string Verb) program;

    public KustomizeBuild(SourceTree tree, RenderOptions options, TimeProvider time)
    {
        (this.tree, this.options, this.time, kustomizer) = (tree, options, time, new Kustomizer(tree));
        program = Tool.Kustomize.Find(options.SearchPath) is { } kustomize ? (kustomize, "build")
            : Tool.Kubectl.Find(options.SearchPath) is { } kubectl ? (kubectl, "kustomize")
            : throw new RenderException($"Neither kustomize nor kubectl is on the search path. {Tool.Kubectl.HowToGet}");
        copy = Directory.CreateTempSubdirectory("platform-gitops-render-").FullName;
    }

    public async Task<BuildResult> BuildAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        Copy(Layout.Root, cancellationToken);
        Copy(request.Folder, cancellationToken);

        // The next Flux Kustomization may build the folder with other members, so the change is undone.
        var (path, kustomization) = KustomizationFile.ForFlux(kustomizer, request);
        var file = Path.Combine(copy, path);
        var before = File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken) : null;
        await File.WriteAllTextAsync(file, YamlWriter.WriteFragment(kustomization), cancellationToken);
        try
        {
            string[] arguments = [program.Verb, Path.Combine(copy, request.Folder)];
            var toolOptions = new ToolOptions { Timeout = RenderOptions.ToolTimeout, Time = time };
            var result = await ToolProcess.RunAsync(program.File, arguments, toolOptions, cancellationToken);
            return result.Succeeded
                ? new BuildResult([.. Objects("kustomize", result.Output).Select(body => new Manifest(body, request.Folder))], [])
                : throw new RenderException(result.Explain());
        }
        finally
        {
            if (before is null)
            {
                File.Delete(file);
            }
            else
            {
                await File.WriteAllBytesAsync(file, before, CancellationToken.None);
            }
        }
    }

    public void Dispose() => Directory.Delete(copy, recursive: true);

    /// <summary>The objects in a program's output.</summary>
    internal static ImmutableArray<Mapping> Objects(string program, string output)
    {
        var read = YamlReader.Read("", output, YamlOptions.Tree);
        return read.Findings.IsEmpty
            ? [.. read.Documents.OfType<Mapping>()]
            : throw new RenderException($"The output of {program} cannot be read: {read.Findings[0]}");
    }

    private void Copy(string folder, CancellationToken cancellationToken)
    {
        if (Directory.Exists(Path.Combine(copy, folder)) && folder.Length > 0)
        {
            return;
        }

        foreach (var path in tree.FilesBelow(folder).Where(path => !File.Exists(Path.Combine(copy, path))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, path))!);
            File.WriteAllBytes(Path.Combine(copy, path), tree.Read(path) ?? []);
        }
    }
}
