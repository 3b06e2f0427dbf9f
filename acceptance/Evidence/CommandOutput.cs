namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>What a command printed.</summary>
internal sealed record Printed(string Output, string Error, int ExitCode);

/// <summary>What the command of a check prints on the cluster, as a person would see it.</summary>
internal static partial class CommandOutput
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Of the check that runs.</summary>
    private static readonly AsyncLocal<Func<bool, Task>?> Record = new();

    /// <summary>
    /// Runs a check, and keeps what its command prints as observed: when the check is about to remove what it shows, else at its end.
    /// Commands that do not only read are left to the reader, and so is that of a check that is skipped.
    /// </summary>
    public static Task Around(string? command, LiveCluster cluster, Func<Task> check, CancellationToken cancellationToken) =>
        Around(command, text => Run(text, cluster, cancellationToken), check, EvidenceLog.Observed);

    internal static async Task Around(string? command, Func<string, Task<Printed>> run, Func<Task> check, Action<string> observed)
    {
        var isKept = command is null || !OnlyReads(command);
        Record.Value = async isEnd =>
        {
            // Nothing yet, as of a policy that the check has still to apply: it is asked again.
            if (!isKept && await run(command!) is var printed && (isEnd || printed.Output.Trim().Length > 0))
            {
                isKept = true;
                observed($"$ {command}\n{Text(printed)}");
            }
        };
        try
        {
            await check();
        }
        catch (IgnoreException)
        {
            isKept = true;
            throw;
        }
        finally
        {
            await Record.Value(true);
        }
    }

    /// <summary>The check is about to take away what it looked at: its command would print nothing later.</summary>
    public static Task Seen() => Record.Value?.Invoke(false) ?? Task.CompletedTask;

    /// <summary>The error alone would look like what a person sees beside a passed check.</summary>
    private static string Text(Printed printed) => printed.Output.Trim() is { Length: > 0 } output ? output
        : $"# It printed nothing at the end of the check (exit code {printed.ExitCode}). {printed.Error}".Trim();

    /// <summary>A check's outcome does not depend on it, so that whatever goes wrong becomes its text.</summary>
    private static async Task<Printed> Run(string command, LiveCluster cluster, CancellationToken cancellationToken)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounded.CancelAfter(Limit);
        try
        {
            var result = await LocalProgram.Run(
                "bash", ["-c", command], bounded.Token,
                new Dictionary<string, string?> { ["KUBECONFIG"] = cluster.Cluster.Context.ConfigFile });
            return new Printed(result.StandardOutput, result.StandardError, result.ExitCode);
        }
        catch (Exception exception)
        {
            return new Printed("", exception.Message, -1);
        }
    }

    /// <summary>Whether it is one <c>kubectl get</c>, maybe filtered by grep, without anything that a shell would expand.</summary>
    public static bool OnlyReads(string command) => Reading().IsMatch(command);

    [GeneratedRegex(@"^kubectl --context [\w.:@/-]+( -n [\w-]+)? get [\w./,= -]+(\{[^{}`$'""]+\})?( \| grep [\w.:*' -]+)?$")]
    private static partial Regex Reading();
}
