using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>What the command of a check prints on the cluster, as a person would see it.</summary>
internal static partial class CommandOutput
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs a command that only reads and keeps its output as observed; others are left to the reader. A check's outcome does not depend
    /// on it, so that whatever goes wrong becomes its text.
    /// </summary>
    public static async Task Record(string? command, LiveCluster cluster, CancellationToken cancellationToken)
    {
        if (command is null || !OnlyReads(command))
        {
            return;
        }

        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(Limit);
        string text;
        try
        {
            var result = await Cli.Wrap("bash").WithArguments(["-c", command]).WithValidation(CommandResultValidation.None)
                .WithEnvironmentVariables(variables => variables.Set("KUBECONFIG", cluster.Cluster.Context.ConfigFile))
                .ExecuteBufferedAsync(bounded.Token);
            text = result.StandardOutput.Length > 0 ? result.StandardOutput : result.StandardError;
        }
        catch (Exception exception)
        {
            text = exception.Message;
        }

        EvidenceLog.Observed($"$ {command}\n{text.Trim()}");
    }

    /// <summary>Whether it is one <c>kubectl get</c>, maybe filtered by grep, without anything that a shell would expand.</summary>
    public static bool OnlyReads(string command) => Reading().IsMatch(command);

    [GeneratedRegex(@"^kubectl --context [\w.:@/-]+( -n [\w-]+)? get [\w./,= -]+(\{[^{}`$'""]+\})?( \| grep [\w.:*' -]+)?$")]
    private static partial Regex Reading();
}
