// Each class has its own folders. Tests of one class may share fields, so they run one after the other.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(4)]

namespace PlatformGitOps.Generator.Tests;

/// <summary>
/// Two clusters, infra and apps, with their tree in its own folder: tests with their names read these files, so that the repository's own
/// <c>platform.yaml</c> may have any clusters.
/// </summary>
[SetUpFixture]
public sealed class Sample
{
    private static TemporaryFolder? folder;

    /// <summary>Only the definition.</summary>
    public static string Text => File.ReadAllText(RepositoryRoot.File("acceptance", "fixtures", "sample.yaml"));

    public static string Folder => folder!.Path;

    /// <summary>The definition with its tree, which no test changes.</summary>
    public static string Definition => Path.Combine(Folder, "platform.yaml");

    [OneTimeSetUp]
    public async Task Generate()
    {
        folder = new TemporaryFolder();
        folder.Write("platform.yaml", Text);
        (await Verb.Run("generate", "-f", Definition)).ExitCode.ShouldBe(0);
    }

    [OneTimeTearDown]
    public void Delete() => folder?.Dispose();
}
