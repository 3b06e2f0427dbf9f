namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The output of a command.</summary>
internal sealed record Printed(string Output, string Error, int ExitCode);

/// <summary>Records the output of a check's command on the cluster, as a user would see it.</summary>
internal static partial class CommandOutput
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The recorder of the running check.</summary>
    private static readonly AsyncLocal<Func<bool, Task>?> Record = new();

    /// <summary>
    /// Runs a check and records the output of its command: before the check removes what it shows, else at its end. Commands that do more
    /// than read are not run, nor is that of a skipped check.
    /// </summary>
    public static Task Around(string? command, LiveCluster cluster, Func<Task> check, CancellationToken cancellationToken) =>
        Around(command, text => Run(text, cluster, cancellationToken), check, EvidenceLog.Observed);

    internal static async Task Around(string? command, Func<string, Task<Printed>> run, Func<Task> check, Action<string> observed)
    {
        var isKept = command is null || !OnlyReads(command);
        Record.Value = async isEnd =>
        {
            // Empty, for example because the check has not applied its policy yet: the command runs again later.
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

    /// <summary>The check is about to remove what it tested: later its command would print nothing.</summary>
    public static Task Seen() => Record.Value?.Invoke(false) ?? Task.CompletedTask;

    /// <summary>The error, with the exit code: alone it would look like output of a passed check.</summary>
    private static string Text(Printed printed) => printed.Output.Trim() is { Length: > 0 } output ? output
        : $"# It printed nothing at the end of the check (exit code {printed.ExitCode}). {printed.Error}".Trim();

    /// <summary>A check's outcome does not depend on it, so every error becomes its text.</summary>
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

    /// <summary>True for a single <c>kubectl get</c>, optionally filtered by grep, without shell expansions.</summary>
    public static bool OnlyReads(string command) => Reading().IsMatch(command);

    [GeneratedRegex(@"^kubectl --context [\w.:@/-]+( -n [\w-]+)? get [\w./,= -]+(\{[^{}`$'""]+\})?( \| grep [\w.:*' -]+)?$")]
    private static partial Regex Reading();
}
