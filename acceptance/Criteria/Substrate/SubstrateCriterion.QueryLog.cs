using System.Globalization;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    internal const string SeesEndOfQueriesId = "Substrate.26";

    [HostCheck(SeesEndOfQueriesId, "what verify measures while queries are kept, and three hours after the last one")]
    public static async Task SeesTheEndOfQueries(SubstratePair pair, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(StateOf(pair, "primary"), "queries");
        await WhileKept(pair, () => Eventually.Within(TimeSpan.FromSeconds(30), async token =>
        {
            await AskMuch(pair, token);
            (await LastWritten(pair, token)).ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(-2).ToUnixTimeSeconds(),
                "verify does not see that queries are kept");
        }, "verify measures the query log", cancellationToken), cancellationToken);
        await pair.Service("primary", "stop", cancellationToken);
        var then = TimeProvider.System.GetUtcNow().AddHours(-3);
        foreach (var file in Sizes(folder).Keys)
        {
            File.SetLastWriteTimeUtc(file, then.UtcDateTime);
        }

        (await LastWritten(pair, cancellationToken)).ShouldBe(then.ToUnixTimeSeconds(), "a log that stopped looks as one that is written");
        await LargerThanTheDiskIsRefused(pair, cancellationToken);
    }

    private static async Task<long> LastWritten(SubstratePair pair, CancellationToken cancellationToken)
    {
        var metrics = Path.Combine(pair.Folder, "metrics.prom");
        await pair.Script("verify.sh", "primary", cancellationToken, "--metrics", metrics);
        var line = (await File.ReadAllLinesAsync(metrics, cancellationToken))
            .SingleOrDefault(text => text.StartsWith("globular_dns_query_log_timestamp_seconds{", StringComparison.Ordinal));
        line.ShouldNotBeNull("verify does not measure the query log");
        return long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task LargerThanTheDiskIsRefused(SubstratePair pair, CancellationToken cancellationToken)
    {
        var settings = Path.Combine(pair.Folder, "tree", "scripts", "settings.sh");
        var text = await File.ReadAllTextAsync(settings, cancellationToken);
        // 100 TB.
        await File.WriteAllTextAsync(settings,
            Regex.Replace(text, "settings_query_log='[0-9]+'", "settings_query_log='100000000000'"), cancellationToken);
        var result = await pair.Script("install.sh", "primary", cancellationToken, "--role", "primary");
        await File.WriteAllTextAsync(settings, text, cancellationToken);
        (result.ExitCode, result.StandardError.Contains("write a smaller number", StringComparison.Ordinal)).ShouldBe((2, true),
            $"a query log larger than the disk is not refused: {result.StandardError}");
    }
}
