using System.Collections.Immutable;
using System.Text;
using PlatformGitOps.Generator.Tools;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>The kustomize that this machine has: the program itself, or the one inside of kubectl.</summary>
internal sealed class KustomizeBuild(RenderOptions options, TimeProvider time)
{
    private readonly (string File, string Verb) program =
        Tool.Kustomize.Find(options.SearchPath) is { } kustomize ? (kustomize, "build")
        : Tool.Kubectl.Find(options.SearchPath) is { } kubectl ? (kubectl, "kustomize")
        : throw new RenderException($"Neither kustomize nor kubectl is on the search path. {Tool.Kubectl.HowToGet}");

    public async Task<ImmutableArray<Mapping>> BuildAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await ToolProcess.RunAsync(program.File, [program.Verb, folder], options.ToolTimeout, time, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? Objects("kustomize", result.Output) : throw new RenderException(result.Explain());
    }

    /// <summary>The objects in what a program wrote.</summary>
    internal static ImmutableArray<Mapping> Objects(string program, string output)
    {
        var read = YamlReader.Read(program, Encoding.UTF8.GetBytes(output), YamlOptions.Tree);
        return read.Findings.IsEmpty
            ? [.. read.Documents.OfType<Mapping>()]
            : throw new RenderException($"The output of {program} cannot be read: {read.Findings[0]}");
    }
}
