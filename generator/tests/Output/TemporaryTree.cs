namespace PlatformGitOps.Generator.Tests.Output;

/// <summary>A temporary root of a repository.</summary>
internal sealed class TemporaryTree : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("platform-gitops-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string OnDisk(string path) => Path.Combine(Root, path);

    public string Read(string path) => File.ReadAllText(OnDisk(path));

    public bool Has(string path) => File.Exists(OnDisk(path));

    public void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(OnDisk(path))!);
        File.WriteAllText(OnDisk(path), text);
    }

    public string Lock => Read(LockFile.Name);

    /// <summary>Every file with its text and modification time.</summary>
    public ImmutableSortedDictionary<string, (string Text, DateTime Changed)> Snapshot() =>
        Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .ToImmutableSortedDictionary(
                path => Path.GetRelativePath(Root, path),
                path => (File.ReadAllText(path), File.GetLastWriteTimeUtc(path)),
                StringComparer.Ordinal);

    /// <summary>Generates the files given as path and text.</summary>
    public Task<WriteResult> GenerateAsync(params (string Path, string Text)[] files) => GenerateAsync(force: false, files);

    public Task<WriteResult> GenerateAsync(bool force, params (string Path, string Text)[] files) =>
        TreeWriter.WriteAsync(Request(force, files), TimeProvider.System, CancellationToken.None);

    public WriteRequest Request(bool force, params (string Path, string Text)[] files) => new()
    {
        Root = Root,
        Files = [.. files.Select(file => new GeneratedFile(file.Path, file.Text))],
        DefinitionHash = ContentHash.OfText("definition"),
        Force = force,
        Patience = TimeSpan.Zero,
    };

    /// <summary>Runs git here; a failure fails the test.</summary>
    public void Git(params string[] arguments) => GitIn(Root, arguments);

    /// <summary>The output of git in a folder; the test is skipped without git.</summary>
    public static string GitIn(string folder, params string[] arguments)
    {
        if (Tool.Git.Find() is not { } git)
        {
            Assert.Ignore($"git is not on the PATH. {Tool.Git.HowToGet}");
            return "";
        }

        string[] identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        var run = ToolProcess.RunAsync(git, ["-C", folder, .. identity, .. arguments], new ToolOptions(), CancellationToken.None)
            .GetAwaiter().GetResult();
        run.ShouldSucceed();
        return run.Output;
    }
}

/// <summary>Programs that every POSIX system has, for operations that .NET does not have.</summary>
internal static class Posix
{
    public static Task<ToolResult> RunAsync(string name, params string[] arguments) => RunAsync(name, new ToolOptions(), arguments);

    public static async Task<ToolResult> RunAsync(string name, ToolOptions options, params string[] arguments)
    {
        var result = await ToolProcess.RunAsync(new Tool(name, "").Find().ShouldNotBeNull(), arguments, options, CancellationToken.None);
        result.ShouldSucceed();
        return result;
    }
}
