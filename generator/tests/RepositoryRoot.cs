namespace PlatformGitOps.Generator.Tests;

/// <summary>The checkout that the tests run in.</summary>
public static class RepositoryRoot
{
    public static string Directory { get; } = Find(AppContext.BaseDirectory);

    public static string File(params ReadOnlySpan<string> parts) => Path.Combine([Directory, .. parts]);

    private static string Find(string start)
    {
        var directory = new DirectoryInfo(start);
        while (directory is not null && !System.IO.File.Exists(Path.Combine(directory.FullName, "platform-gitops.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException($"No platform-gitops.sln above {start}.");
    }
}

internal static class ToolResultAssertions
{
    public static void ShouldSucceed(this ToolResult result) => result.Succeeded.ShouldBeTrue($"{result.Explain()}\n{result.Output}");
}
