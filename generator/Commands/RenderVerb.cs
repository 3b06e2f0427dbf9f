using System.Collections.Immutable;
using System.CommandLine;
using PlatformGitOps.Generator.Render;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>render</c>: what a cluster will receive.</summary>
internal static class RenderVerb
{
    private static readonly Argument<string> Cluster = new("cluster") { Description = "The cluster's name." };

    private static readonly Option<bool> Helm = new("--helm") { Description = "The manifests of the charts too." };

    private static readonly Option<string[]> Chart = new("--chart")
    {
        Description = "NAME=PATH: a chart on this machine, a folder or an archive; may be given for several charts.",
        HelpName = "name=path",
    };

    public static Command Create(CommonOptions common)
    {
        var command = new Command("render", "Prints what a cluster will receive: kustomize build and Flux substitution of the tree on disk.") { Cluster, Helm, Chart };
        Chart.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--chart takes NAME=PATH, not '{token.Value}'.");
            }
        });
        command.SetAction((result, cancellationToken) => RunAsync(
            common.Workplace(result), result.GetValue(Cluster)!, result.GetValue(Helm), result.GetValue(Chart) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Workplace place, string cluster, bool helm, string[] charts, CancellationToken cancellationToken)
    {
        if (place.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var options = new RenderOptions
        {
            StrictSubstitution = platform.Flux.StrictSubstitution,
            Helm = helm,
            LocalCharts = charts.Select(chart => chart.Split('=', 2)).ToImmutableDictionary(parts => parts[0], parts => parts[1]),
        };
        return await RenderCommand.RunAsync(place.Root, cluster, options, place.Output, place.Error, place.Time, cancellationToken).ConfigureAwait(false);
    }
}
