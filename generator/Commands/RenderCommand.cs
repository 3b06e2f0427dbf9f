using System.CommandLine;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>render</c>: prints the objects that a cluster receives, as YAML.</summary>
internal static class RenderCommand
{
    public static Command Create(TreeOptions tree)
    {
        var cluster = new Argument<string>("cluster") { Description = "The cluster's name." };
        cluster.CompletionSources.Add(_ => TreeOptions.ClustersHere());
        var helm = new Option<bool>("--helm") { Description = "Also render Helm charts." };
        var chart = new Option<string[]>("--chart")
        {
            Description = "A chart on this machine, a folder or an archive, by chart name. May be given several times.",
            HelpName = "name=path",
        };
        chart.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--chart needs name=path, for example coredns=charts/coredns; it was '{token.Value}'.");
            }

            foreach (var (name, _) in result.Tokens.CountBy(token => token.Value.Split('=')[0]).Where(count => count.Value > 1))
            {
                result.AddError($"--chart is given twice for '{name}'. Give one path for each chart.");
            }
        });
        var command = new Command("render", "Prints what a cluster receives: kustomize build and Flux substitution of the tree on disk.")
        {
            cluster, helm, chart,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            tree.Context(result), result.GetValue(cluster)!, result.GetValue(helm), result.GetValue(chart) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, string cluster, bool helm, string[] charts, CancellationToken cancellationToken)
    {
        if (context.ReadDefinition() is not { Platform: { } platform })
        {
            return ExitCode.Unusable;
        }

        var options = new RenderOptions
        {
            StrictSubstitution = LintOptions.Of(platform).In(cluster).StrictSubstitution,
            Helm = helm,
            LocalCharts = charts.Select(chart => chart.Split('=', 2)).ToImmutableDictionary(parts => parts[0], parts => parts[1]),
        };
        context.Progress.Begin(helm ? "running kustomize and helm" : "running kustomize");
        var result = await ClusterRender.BuildAsync(context.Root, cluster, options, context.Time, cancellationToken);
        foreach (var layer in result.Layers)
        {
            context.Output.WriteLine($"# Flux Kustomization {layer.Name}: {(layer.IsForeign ? Foreign(layer) : layer.Path)}"
                + (layer.IsRemote ? ", in another cluster (spec.kubeConfig)" : ""));
            Write(layer.Applied.Select(resource => resource.Body), context.Output);
            foreach (var release in result.ReleasesOf(layer))
            {
                context.Output.WriteLine(
                    $"# Helm release {release.Namespace}/{release.Name}: chart {release.Chart.Name} {release.Chart.Version}");
                Write(release.Objects, context.Output);
            }
        }

        context.Write(result.Findings, context.Error);
        if (result.Problem is { } problem)
        {
            context.Error.WriteLine(problem);
        }

        return result.ExitCode;
    }

    private static string Foreign(Layer layer) =>
        $"its source {layer.Source.Kind} {layer.Source.Name} is another repository, its objects are unknown";

    private static void Write(IEnumerable<Mapping> objects, TextWriter output)
    {
        foreach (var resource in objects)
        {
            output.Write($"---\n{YamlWriter.WriteFragment(resource)}");
        }
    }
}
