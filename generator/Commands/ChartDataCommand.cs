using System.CommandLine;
using PlatformGitOps.Generator.ChartReading;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// <c>chart-data</c>, for maintainers: writes the data files of the coredns chart from released charts and CoreDNS's sources.
/// </summary>
internal static partial class ChartDataCommand
{
    private static readonly string[] Names = ["releases.yaml", "values.yaml", "coredns.yaml"];

    public static Command Create(TimeProvider time)
    {
        var charts = new Argument<string[]>("charts") { Description = "Charts: folders or archives.", Arity = ArgumentArity.ZeroOrMore };
        var sources = new Option<string[]>("--coredns")
        {
            Description = "Folders with the sources of a version of CoreDNS.",
            HelpName = "folder",
            AllowMultipleArgumentsPerToken = true,
        };
        var into = new Option<string>("--into")
        {
            Description = "The folder of the data files.",
            DefaultValueFactory = _ => "generator/Apps/CoreDns/Charts",
        };
        // The packed tool cannot use it: the data is compiled into the program.
        var command = new Command("chart-data", "For maintainers: brings the data files of the coredns chart up to date.")
        {
            charts, sources, into,
        };
        command.Hidden = true;
        command.SetAction(result => Run(
            result.GetValue(charts) ?? [], result.GetValue(sources) ?? [], result.GetValue(into)!, time,
            result.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] charts, string[] sources, string into, TimeProvider time, InvocationConfiguration console)
    {
        if (charts.Length + sources.Length == 0)
        {
            console.Error.WriteLine("Name charts, or sources of CoreDNS with --coredns.");
            return ExitCode.Unusable;
        }

        try
        {
            string[] paths = [.. Names.Select(name => Path.Combine(into, name))];
            if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing)
            {
                console.Error.WriteLine($"'{missing}' does not exist. Run this in a checkout, or name the folder of the data with --into.");
                return ExitCode.Unusable;
            }

            var before = new ChartDataFiles(File.ReadAllText(paths[0]), File.ReadAllText(paths[1]), File.ReadAllText(paths[2]));
            var after = ChartData.Merge(before, [.. charts.Select(ChartData.ReadChart).DistinctBy(chart => chart.Version)],
                [.. sources.Select(ChartData.ReadCoreDns).DistinctBy(source => source.Version)], console.Output.WriteLine);
            foreach (var (path, old, now) in paths.Zip(
                [before.Releases, before.Values, before.CoreDns], [after.Releases, after.Values, after.CoreDns]))
            {
                if (old != now)
                {
                    File.WriteAllText(path, ReadLine().Replace(now, $"read: {time.GetUtcNow():yyyy-MM-dd}", 1));
                }

                console.Output.WriteLine($"{(old == now ? "unchanged" : "written"),-9} {path}");
            }

            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is ChartDataException or IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine($"{exception.Message} Nothing was written.");
            return ExitCode.Unusable;
        }
    }

    /// <summary>The date in a data file.</summary>
    [GeneratedRegex("^read: .*$", RegexOptions.Multiline)]
    private static partial Regex ReadLine();
}
