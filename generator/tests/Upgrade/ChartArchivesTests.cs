using System.Formats.Tar;
using System.IO.Compression;

namespace PlatformGitOps.Generator.Tests.Upgrade;

/// <summary>What <c>upgrade --charts</c> says of a folder that helm could not use, or would render something else from.</summary>
public class ChartArchivesTests
{
    private const string Definition = "repository: { url: https://github.com/example/platform.git }\n"
        + "clusters:\n  - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }\n";

    private static readonly string Good = Chart("coredns", "1.38.0");

    [Test]
    public async Task Every_archive_that_is_missing_is_named()
    {
        var error = await Error(folder => { });

        error.ShouldContain("coredns-1.38.0.tgz' does not exist. 'helm pull coredns --repo ");
        error.ShouldContain(" --version 1.38.0 --destination ");
        error.ShouldContain("coredns-1.39.0.tgz' does not exist.");
    }

    [Test]
    public async Task Another_version_inside_of_an_archive_is_not_compared()
    {
        var error = await Error(folder =>
        {
            Pack(folder, "coredns-1.38.0.tgz", Good);
            Pack(folder, "coredns-1.39.0.tgz", Good);
        });

        error.ShouldContain("coredns-1.39.0.tgz' has chart coredns 1.38.0 inside.");
        error.ShouldNotContain("coredns-1.38.0.tgz' ");
    }

    [Test]
    public async Task Another_chart_is_not_compared()
    {
        var error = await Error(folder => Pack(folder, "coredns-1.38.0.tgz", Chart("external-dns", "1.38.0")));

        error.ShouldContain("coredns-1.38.0.tgz' is not a coredns chart with a version and an appVersion: Chart.yaml has the name "
            + "'external-dns'");
    }

    [TestCase("<html>404</html>", "' is not a chart's archive: ")]
    [TestCase("", "' is not a chart's archive: ")]
    public async Task A_file_that_is_not_an_archive_is_named(string content, string message) => (await Error(folder =>
        folder.Write("charts/coredns-1.38.0.tgz", content))).ShouldContain("coredns-1.38.0.tgz" + message);

    [Test]
    public async Task A_folder_that_does_not_exist_or_is_a_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("platform.yaml", Definition);
        var nowhere = Path.Combine(folder.Path, "nowhere");

        (await Run(file, nowhere)).ShouldContain(
            $"The folder '{nowhere}' of --charts does not exist. It needs coredns-1.38.0.tgz and coredns-1.39.0.tgz");
        (await Run(file, file)).ShouldContain($"--charts '{file}' is a file. Name the folder of the archives.");
    }

    private static async Task<string> Error(Action<TemporaryFolder> given)
    {
        using var folder = new TemporaryFolder();
        var charts = Directory.CreateDirectory(Path.Combine(folder.Path, "charts")).FullName;
        given(folder);
        return await Run(folder.Write("platform.yaml", Definition), charts);
    }

    private static async Task<string> Run(string definition, string charts)
    {
        var run = await Verb.Run("upgrade", "coredns", "--to", "1.39.0", "-f", definition, "--charts", charts, "--write");
        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldEndWith("Nothing was written.\n");
        run.Output.ShouldBeEmpty("the plan is not worth reading yet");
        (await File.ReadAllTextAsync(definition)).ShouldBe(Definition);
        return run.Error;
    }

    private static string Chart(string name, string version) =>
        $"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: 1.11.4\n";

    private static void Pack(TemporaryFolder folder, string name, string about)
    {
        using var zip = new GZipStream(File.Create(Path.Combine(folder.Path, "charts", name)), CompressionMode.Compress);
        using var tar = new TarWriter(zip);
        foreach (var (file, text) in new[] { ("Chart.yaml", about), ("values.yaml", "replicaCount: 1\n") })
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"coredns/{file}")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            });
        }
    }
}
