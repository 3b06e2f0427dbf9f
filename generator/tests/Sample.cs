namespace PlatformGitOps.Generator.Tests;

/// <summary>
/// Two clusters, infra and apps, with their tree in a folder of its own: tests that name them read these files, so that the repository's
/// own <c>platform.yaml</c> may hold any other clusters.
/// </summary>
[SetUpFixture]
public sealed class Sample
{
    private static TemporaryFolder? folder;

    /// <summary>The definition alone.</summary>
    public static string Text => File.ReadAllText(RepositoryRoot.File("acceptance", "fixtures", "sample.yaml"));

    public static string Folder => folder!.Path;

    /// <summary>The definition with its tree beside it, which no test changes.</summary>
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
