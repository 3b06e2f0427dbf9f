using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.ChartReading;

namespace PlatformGitOps.Generator.Upgrade;

/// <summary>The folder of <c>--charts</c>: an archive for each version that is compared.</summary>
internal static class ChartArchives
{
    /// <summary>The archive as <c>helm pull</c> names it.</summary>
    public static string PathOf(string folder, SemVer version) => Path.Combine(folder, $"{CoreDnsNames.Chart}-{version}.tgz");

    /// <summary>What is wrong with the folder or with an archive that is needed; empty if helm can render both.</summary>
    public static IEnumerable<string> Problems(string folder, params IEnumerable<SemVer> versions) => Directory.Exists(folder)
        ? versions.Select(version => Problem(folder, version)).OfType<string>()
        :
        [
            File.Exists(folder)
                ? $"--charts '{folder}' is a file. Name the folder of the archives."
                : $"The folder '{folder}' of --charts does not exist. It needs "
                    + $"{string.Join(" and ", versions.Select(version => Path.GetFileName(PathOf(folder, version))))}: "
                    + $"{Pull(folder, versions.First())} fetches the first.",
        ];

    private static string? Problem(string folder, SemVer version)
    {
        var archive = PathOf(folder, version);
        if (!Path.Exists(archive))
        {
            return $"'{archive}' does not exist. {Pull(folder, version)} fetches it.";
        }

        try
        {
            var chart = ChartData.ReadChart(archive);
            return chart.Version == version ? null
                : $"'{archive}' has chart {CoreDnsNames.Chart} {chart.Version} inside. {Pull(folder, version)} fetches {version}.";
        }
        catch (ChartDataException exception)
        {
            return $"{exception.Message} {Pull(folder, version)} fetches the chart.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"'{archive}' cannot be read: {Refusal.ReasonOf(exception)}. Correct that and run this again.";
        }
    }

    private static string Pull(string folder, SemVer version) =>
        $"'helm pull coredns --repo https://coredns.github.io/helm --version {version} --destination {folder}'";
}
