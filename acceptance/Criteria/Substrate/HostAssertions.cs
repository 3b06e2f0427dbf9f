using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Shared parts of host checks: time limits, and reads from a pair of servers.</summary>
internal static class HostAssertions
{
    internal static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    internal const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The metrics that verify.sh writes for the node exporter, by name.</summary>
    internal static async Task<Dictionary<string, double>> Metrics(
        this SubstratePair pair, string role, CancellationToken cancellationToken)
    {
        var file = Path.Combine(pair.Folder, $"{role}.prom");
        await pair.Succeeds("verify.sh", role, cancellationToken, "--metrics", file);
        return Lines(await File.ReadAllTextAsync(file, cancellationToken)).Where(line => !line.StartsWith('#')).ToDictionary(
            line => line["globular_dns_".Length..line.IndexOf('{', StringComparison.Ordinal)],
            line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    internal static void ShouldSucceed(this BufferedCommandResult result) =>
        result.ExitCode.ShouldBe(0, result.StandardOutput + result.StandardError);

    internal static async Task AtBoth(
        this SubstratePair pair, string name, string type, IReadOnlyList<string> data, CancellationToken cancellationToken)
    {
        foreach (var server in new[] { pair.Primary, pair.Secondary })
        {
            await Eventually.Within(
                Soon, async token => (await pair.Ask(server, name, type, token)).ShouldBe(data, $"{name} {type} at {server}"),
                $"{name} is at both servers", cancellationToken);
        }
    }

    /// <summary>The key of the first child zone, in the format of nsupdate and dig.</summary>
    internal static Task<string> ChildKey(this SubstratePair pair, CancellationToken cancellationToken) =>
        pair.Key(pair.Settings.Children[0].Key.Text, pair.Settings.Children[0].Algorithm, cancellationToken);

    /// <summary>Updates the first child zone with its key.</summary>
    internal static async Task Write(this SubstratePair pair, CancellationToken cancellationToken, params string[] lines) =>
        (await pair.Update(pair.Child, await pair.ChildKey(cancellationToken), cancellationToken, lines)).ShouldSucceed();

    /// <summary>Creates a key for snapshots, readable only by its owner.</summary>
    /// <returns>Its path.</returns>
    internal static async Task<string> SnapshotKey(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, "backup.key");
        await File.WriteAllTextAsync(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)) + "\n", cancellationToken);
        File.SetUnixFileMode(file, Own);
        return file;
    }

    internal static async Task Verified(this SubstratePair pair, string role, CancellationToken cancellationToken)
    {
        var verified = await pair.Script("verify.sh", role, cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardOutput + verified.StandardError);
    }

    internal static string StateOf(this SubstratePair pair, string role) => pair.In(role,
        pair.Settings.Server == SubstrateServer.Knot ? "/var/lib/globular-dns" : "/var/lib/bind/globular-dns");

    /// <summary>Path, mode and text of all files that install.sh writes, without those of the running server.</summary>
    internal static Dictionary<string, string> Files(this SubstratePair pair, string role) =>
        Directory.GetFiles(pair.Root(role), "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(pair.StateOf(role), StringComparison.Ordinal)
                && !file.StartsWith(pair.In(role, "/run"), StringComparison.Ordinal))
            .ToDictionary(file => file, file => $"{File.GetUnixFileMode(file)}\n{File.ReadAllText(file)}");

    internal static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
