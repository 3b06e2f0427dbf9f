namespace PlatformGitOps.Generator.Tests.Tools;

/// <summary>A kubectl that prints files of a folder, and the generator with that kubectl first in its PATH.</summary>
internal sealed class CannedKubectl
{
    private readonly TemporaryFolder _folder;

    public CannedKubectl(TemporaryFolder folder)
    {
        _folder = folder;
        var kubectl = folder.Write("kubectl", """
            #!/bin/sh
            file="$(dirname "$0")/$2.json"
            if [ -f "$file" ]; then cat "$file"; else echo '{"items":[]}'; fi
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The output of <c>kubectl get</c> for a kind; each object as JSON.</summary>
    public void Has(string kind, params string[] objects) =>
        _folder.Write($"{kind}.json", $$"""{"items":[{{string.Join(',', objects)}}]}""");

    /// <summary>The name that the cluster itself has.</summary>
    public void Is(string cluster) => Has("configmaps", $$$"""
        {"kind":"ConfigMap","metadata":{"name":"cluster-settings","namespace":"flux-system"},"data":{"CLUSTER_NAME":"{{{cluster}}}"}}
        """);

    public Task<ToolResult> Run(CancellationToken cancellationToken, params string[] arguments) => ToolProcess.RunAsync(
        "/usr/bin/env",
        ["dotnet", Path.Combine(AppContext.BaseDirectory, "PlatformGitOps.Generator.dll"), .. arguments],
        new ToolOptions
        {
            Environment = new Dictionary<string, string?>
            {
                ["PATH"] = $"{_folder.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
            },
        },
        cancellationToken);
}
