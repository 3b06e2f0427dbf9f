using CliWrap.Exceptions;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>Follows the guide on a cluster with the old DNS.</summary>
public static class TakeOver
{
    /// <param name="ending">True to let a pod of the old DNS terminate meanwhile.</param>
    public static async Task Run(
        AdoptionGuide guide, LiveCluster cluster, DisruptionRun run, bool ending, CancellationToken cancellationToken)
    {
        if (ending)
        {
            // As in a cluster that is not idle. The pod still answers for some seconds, and the guide must not depend on it.
            var pod = (await cluster.StayingDnsPods(cancellationToken))[0].Name;
            run.Note(pod, "deleted");
            await cluster.Api.Delete(ResourceKind.Pod.Named(pod, "kube-system"), null, cancellationToken);
        }

        foreach (var step in guide.Steps)
        {
            run.Note("adoption", step.Title);
            try
            {
                await (step.Script is { } script
                    ? Shell(cluster, script, cancellationToken)
                    : cluster.Deliver(cancellationToken));
            }
            catch (CommandExecutionException exception)
            {
                throw new TakeOverException(step.Title, exception);
            }
        }
    }

    /// <summary>Runs a script as in a terminal whose kubectl uses this cluster.</summary>
    public static async Task Shell(LiveCluster cluster, string script, CancellationToken cancellationToken)
    {
        // kubectl uses the current context of its file, so the blocks need no --context.
        var file = await cluster.Cluster.Context.Alone(cancellationToken);
        await Cli.Wrap("bash").WithArguments(["-e", "-u", "-o", "pipefail", "-c", script])
            .WithEnvironmentVariables(new Dictionary<string, string?> { ["KUBECONFIG"] = file })
            .ExecuteBufferedAsync(cancellationToken);
    }
}

/// <summary>A step of the guide failed.</summary>
public sealed class TakeOverException(string step, Exception because)
    : Exception($"the step \"{step}\" failed: {because.Message}", because);

/// <summary>A Helm release of an older chart, as in the story's clusters, with the chart's own labels.</summary>
internal static class OlderChart
{
    private const string Version = "1.35.0";

    /// <summary>True if the suite can find the chart: an archive has only one version.</summary>
    public static bool CanBeHad => SuiteSettings.Current.Chart is not { } place || place.Contains("://")
        || File.Exists(Path.Combine(place, $"coredns-{Version}.tgz"));

    public static Task Install(LiveCluster cluster, CancellationToken cancellationToken) => HelmDelivery.Helm(
        cluster.Cluster.Context,
        [
            "install", "coredns",
            .. HelmDelivery.Chart(SuiteSettings.Current.Chart, UpgradeCriterion.Pin(cluster, SemVer.Parse(Version)), "coredns"),
            "--namespace", "kube-system", "--set", "replicaCount=2", "--set", "service.name=kube-dns",
            "--set", $"service.clusterIP={cluster.DnsAddress}",
            // The nodes' image; the chart's own would have to be pulled.
            "--set", $"image.tag={ChartOutput.AppVersion(cluster.Tree.Platform)}",
        ],
        input: "",
        cancellationToken);
}
