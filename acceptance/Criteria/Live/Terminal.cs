namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A user's terminal whose kubectl uses the cluster.</summary>
internal static class Terminal
{
    /// <summary>bash's exit code and output: standard output, then errors.</summary>
    public static async Task<(int Code, string Output)> Type(LiveCluster cluster, string command, CancellationToken cancellationToken)
    {
        var file = await cluster.Cluster.Context.Alone(cancellationToken);
        var result = await Cli.Wrap("bash").WithArguments(["-c", command]).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(variables => variables.Set("KUBECONFIG", file))
            .ExecuteBufferedAsync(cancellationToken);
        return (result.ExitCode, $"{result.StandardOutput}\n{result.StandardError}".Trim());
    }
}
