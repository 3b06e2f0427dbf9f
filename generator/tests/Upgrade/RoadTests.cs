using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Upgrade;

namespace PlatformGitOps.Generator.Tests.Upgrade;

/// <summary>The table of the releases in docs/upgrades.md.</summary>
public sealed class RoadTests
{
    private const string Begin = "<!-- road -->\n";
    private const string End = "<!-- /road -->\n";
    private const string Variable = "COREDNS_CHARTS";

    private static readonly string Page = RepositoryRoot.File("docs", "upgrades.md");

    private static SemVer[] Versions => [.. CoreDnsChart.Releases.Keys];

    [Test]
    public void Each_row_names_the_release_its_CoreDNS_and_what_the_data_says()
    {
        var rows = Rows();
        rows.Select(row => string.Join(" | ", row.Take(3)))
            .ShouldBe(Versions.Select((version, index) => string.Join(" | ", Data(version, index))));
    }

    [Test]
    public async Task The_last_column_is_what_the_charts_at_hand_render()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        if (!Directory.Exists(folder) || Tool.Helm.Find() is null
            || Versions.Any(version => !File.Exists(Path.Combine(folder, $"coredns-{version}.tgz"))))
        {
            Assert.Ignore($"{Variable} names no folder with an archive of each known release, or helm is not on the search path.");
        }

        var table = "| chart | CoreDNS | values, plugins and metrics | objects of this tree's release, as helm renders them |\n"
            + "| --- | --- | --- | --- |\n";
        for (var index = 0; index < Versions.Length; index++)
        {
            var objects = index == 0 ? "" : await Objects(Versions[index - 1], Versions[index], folder!);
            table += $"| {string.Join(" | ", [.. Data(Versions[index], index), objects])} |\n";
        }

        var page = await File.ReadAllTextAsync(Page);
        Received.ShouldBe(page.Split(Begin)[0] + Begin + table + End + page.Split(End)[1], Page);
    }

    private static string[] Data(SemVer version, int index) =>
    [
        CoreDnsChart.WithoutTcp.Contains(version) ? $"{version} (refused: no TCP)" : version.ToString(),
        CoreDnsChart.Releases[version].ToString(),
        index == 0 ? "" : string.Join("; ", ChartDifference.Lines(CoreDnsChart.For(Versions[index - 1]), CoreDnsChart.For(version))),
    ];

    private static string[][] Rows() =>
    [
        .. File.ReadAllText(Page).Split(Begin)[1].Split(End)[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
            .Select(row => row.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];

    private static async Task<string> Objects(SemVer before, SemVer after, string folder)
    {
        var publisher = AppList.All.Select(app => app.Chart).First(chart => chart?.Key == "coredns")!.Publisher;
        var story = Given.Platform(Given.Infra);
        (SourceTree, SemVer) Side(SemVer version) =>
            (SourceTree.Of(Tree.Build(story.WithChart("coredns", story.Charts["coredns"].At(version, publisher)))), version);
        var changes = await ChartObjects
            .CompareAsync(Side(before), Side(after), story, folder, TimeProvider.System, CancellationToken.None);

        // The image is in the column before.
        return string.Join("; ", changes.Where(change => !change.Text.Contains(".image: "))
            .Select(change => (change.Unsafe ? "**unsafe** " : "") + change.Text.Replace("|", "\\|")));
    }
}
