using System.Globalization;
using System.Threading.Channels;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// <c>lint --watch</c>: a change in the folder or the overlay of a cluster is checked in that cluster, any other in all of them.
/// </summary>
internal static class LintWatch
{
    /// <summary>An editor writes a file in several steps, and a generator many files.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(30);

    public static async Task<int> Run(CommandContext context, string[] asked, CancellationToken cancellationToken)
    {
        if (context.Format != OutputFormat.Text)
        {
            context.Error.WriteLine("--watch prints findings for people to read; leave --output away.");
            return ExitCode.Unusable;
        }

        if (LintInput.Read(context, asked) is not { } input)
        {
            return ExitCode.Unusable;
        }

        var changes = Channel.CreateUnbounded<string>();
        var folder = Path.GetFullPath(context.Root);
        using var tree = Watch(Path.Combine(folder, Layout.Root), "*", folder, changes.Writer);
        using var definition = Watch(folder, Path.GetFileName(context.DefinitionPath), folder, changes.Writer);
        tree.IncludeSubdirectories = true;
        var platform = input.Platform;
        var started = context.Time.GetTimestamp();
        var known = Linter.CheckAll(input.Files, LintOptions.Of(platform), LintRules.All, input.Clusters);
        Say(context, input, known, input.Clusters.Count, started);
        while (true)
        {
            var changed = await Next(changes.Reader, context.Time, cancellationToken).ConfigureAwait(false);
            started = context.Time.GetTimestamp();
            if (!changed.All(path => path.StartsWith(Layout.Root + "/", StringComparison.Ordinal)))
            {
                // What is wrong with a definition is printed, and the last right one goes on.
                platform = context.ReadPlatform() ?? platform;
            }

            if (LintInput.Read(context, platform, asked) is not { } now)
            {
                continue;
            }

            // A cluster that came or went concerns all of them.
            var same = known.OfClusters.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(now.Clusters);
            string[] concerned = same && Concerned(changed) is { } some && some.All(known.OfClusters.ContainsKey)
                ? some : [.. now.Clusters];
            known = concerned.Length < now.Clusters.Count
                ? Linter.CheckAgain(known, now.Files, LintOptions.Of(platform), LintRules.All, concerned, changed)
                : Linter.CheckAll(now.Files, LintOptions.Of(platform), LintRules.All, now.Clusters);
            Say(context, now, known, concerned.Length, started);
        }
    }

    /// <summary>The clusters that all of these files belong to; null where one belongs to several.</summary>
    private static string[]? Concerned(IEnumerable<string> paths)
    {
        var clusters = paths.Select(path => FluxTree.ClusterOf(path) ?? OverlaidBy(path)).Distinct().ToArray();
        return clusters.Contains(null) ? null : [.. clusters.OfType<string>()];
    }

    private static string? OverlaidBy(string path) =>
        path.Split('/') is [.., _] and [var root, var overlays, var cluster, _, ..]
            && $"{root}/{overlays}/{cluster}" == Layout.OverlayFolder(cluster) ? cluster : null;

    private static void Say(CommandContext context, LintInput input, LintedTree known, int checkedClusters, long started)
    {
        LintCommand.Report(context, input, known.InOrder());
        var took = context.Time.GetElapsedTime(started).TotalMilliseconds;
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Checked {checkedClusters} of {input.Clusters.Count} clusters in {took:0} ms; waiting for a change."));
    }

    private static async Task<IReadOnlyCollection<string>> Next(
        ChannelReader<string> changes, TimeProvider time, CancellationToken cancellationToken)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            paths.Add(await changes.ReadAsync(cancellationToken).ConfigureAwait(false));
            while (changes.TryRead(out var path))
            {
                paths.Add(path);
            }

            await Task.Delay(Settle, time, cancellationToken).ConfigureAwait(false);
        }
        while (changes.TryPeek(out _));
        return paths;
    }

    private static FileSystemWatcher Watch(string folder, string filter, string root, ChannelWriter<string> changes)
    {
        var watcher = new FileSystemWatcher(folder, filter) { InternalBufferSize = 64 * 1024 };
        watcher.Changed += (_, change) => Add(change.FullPath);
        watcher.Created += (_, change) => Add(change.FullPath);
        watcher.Deleted += (_, change) => Add(change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            Add(change.OldFullPath);
            Add(change.FullPath);
        };
        // Too many at once: everything is read again.
        watcher.Error += (_, _) => changes.TryWrite("");
        watcher.EnableRaisingEvents = true;
        return watcher;

        void Add(string path) => changes.TryWrite(Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'));
    }
}
