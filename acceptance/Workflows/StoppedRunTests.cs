using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>A run on a cluster of others that is stopped, or killed, leaves nothing there.</summary>
[Platform(Include = "Linux", Reason = "signals")]
public sealed class StoppedRunTests
{
    private static readonly string Namespace = ResourceKind.Namespace.Named(ClusterClaim.Lease.Namespace!).Path;

    [TestCase("INT", 130)]
    [TestCase("KILL", 137)]
    [CancelAfter(120_000)]
    public async Task The_namespace_of_the_client_pods_goes(string signal, int exitCode, CancellationToken cancellationToken)
    {
        var tool = CommandTests.BuiltTool();
        var folder = Directory.CreateTempSubdirectory("stopped-").FullName;
        await using var server = new TestApiServer();
        server.Objects["/api/v1/nodes"] = """{ "metadata": { "resourceVersion": "1" }, "items": [] }""";
        await server.Start(cancellationToken);
        try
        {
            using var run = Start(tool, folder, server.Context);
            // CoreDNS is not there, and the run waits for it.
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                () => server.Objects.ShouldContainKey(ClusterClaim.Lease.Path, run.HasExited ? "the run ended" : null),
                "the run takes the cluster",
                cancellationToken);

            // Twice, as from a terminal and from `platform-gitops accept`.
            string[] kill = ["-c", $"kill -{signal} {run.Id}; kill -{signal} {run.Id} || true"];
            await Cli.Wrap("sh").WithArguments(kill).ExecuteBufferedAsync(cancellationToken);
            await run.WaitForExitAsync(cancellationToken);

            run.ExitCode.ShouldBe(exitCode);
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                () =>
                {
                    server.Writes.ShouldContain($"DELETE {Namespace}");
                    Directory.GetFiles(folder, "owner", SearchOption.AllDirectories).ShouldBeEmpty("the run's own folder");
                },
                "the namespace is removed",
                cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string tool, string folder, KubeContext context)
    {
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", "exec \"$@\" >\"$TMPDIR/output\" 2>&1", "sh", "dotnet", Path.Combine(tool, "PlatformGitOps.Acceptance.Tool.dll"),
            "--definition", Path.Combine(StorySample.Folder, "sample.yaml"), "--clusters", StorySample.Cluster, "--category", "Live",
            "--context", $"{StorySample.Cluster}={context.Name}", "--kubeconfig", context.ConfigFile,
        ])
        {
            WorkingDirectory = folder,
        };
        foreach (var name in SettingSource.Names.Append(Reaper.Session.Variable))
        {
            start.Environment.Remove(name);
        }

        start.Environment["TMPDIR"] = folder;
        return Process.Start(start)!;
    }
}
