namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>The program as a user whom permissions bind: root may read everything, and runs it as the user nobody.</summary>
internal static class OtherUser
{
    private const string AsNobody = """
        if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; fi
        exec "$@"
        """;

    /// <summary>Runs a command; the test is skipped where that is not possible.</summary>
    /// <param name="folder">A folder of the test, which that user may then read and write.</param>
    /// <param name="arguments">The command.</param>
    public static async Task<Verb> Run(string folder, params string[] arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }

        var possible = await Run(["--version"]);
        if (possible.ExitCode != 0)
        {
            Assert.Ignore($"The program does not run as another user here ({possible.Error.Trim()}).");
        }

        return await Run(arguments);
    }

    private static Task<Verb> Run(string[] arguments) => GeneratorProcess.RunFile(
        "/bin/sh", ["-c", AsNobody, "sh", GeneratorProcess.Runtime, GeneratorProcess.Assembly, .. arguments]);
}

/// <summary>A file or folder with other permissions, until it is disposed.</summary>
internal sealed class Closed : IDisposable
{
    private readonly string _path;

    public Closed(string path, UnixFileMode mode = UnixFileMode.None) => Set(_path = path, mode);

    public void Dispose() => Set(_path, (UnixFileMode)0b111_101_101);

    private static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
