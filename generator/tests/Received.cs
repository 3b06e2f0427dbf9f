namespace PlatformGitOps.Generator.Tests;

/// <summary>Keeps what a test received, so that an intended change can be copied: artifacts/received.</summary>
public static class Received
{
    public static void ShouldBe(string received, string expectedPath)
    {
        var expected = File.Exists(expectedPath) ? File.ReadAllText(expectedPath) : "";
        if (received != expected)
        {
            var folder = Directory.CreateDirectory(RepositoryRoot.File("artifacts", "received")).FullName;
            File.WriteAllText(Path.Combine(folder, Path.GetFileName(expectedPath)), received);
        }

        received.ShouldBe(expected, $"see artifacts/received/{Path.GetFileName(expectedPath)}");
    }
}
