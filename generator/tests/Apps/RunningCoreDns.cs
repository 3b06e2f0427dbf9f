using System.Diagnostics;
using System.Net.Sockets;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The real CoreDNS with a Corefile of the generator, on any free ports and without an API server.</summary>
internal sealed class RunningCoreDns : IDisposable
{
    private const string Ready = "CoreDNS-";

    private readonly TemporaryFolder folder = new();
    private Process? process;

    private RunningCoreDns(int port) => Server = new IPEndPoint(IPAddress.Loopback, port);

    public IPEndPoint Server { get; }

    /// <summary>Its output until it served or ended.</summary>
    public string Output { get; private set; } = "";

    public bool Serves => Output.Contains(Ready);

    /// <summary>
    /// Starts it with a cluster's Corefile; <paramref name="servers"/> replace addresses that this machine does not have.
    /// </summary>
    public static Task<RunningCoreDns> Start(
        Cluster cluster, CancellationToken cancellationToken, params IReadOnlyList<(string Written, IPEndPoint Here)> servers) =>
        Start(cluster, null, cancellationToken, servers);

    public static Task<RunningCoreDns> Start(
        Cluster cluster, string? authorities, CancellationToken cancellationToken,
        params IReadOnlyList<(string Written, IPEndPoint Here)> servers) =>
        Start(servers.Aggregate(Text(Corefile.Servers(cluster)),
            (text, server) => text.Replace(server.Written, server.Here.ToString())),
            cluster.Dns, cancellationToken, authorities);

    /// <summary>The file with the trusted authorities; null for those of the machine.</summary>
    public static async Task<RunningCoreDns> Start(
        string corefile, DnsSettings dns, CancellationToken cancellationToken, string? authorities = null)
    {
        var program = new Tool("coredns", "").Find();
        Assume.That(program, Is.Not.Null, "coredns is not on the PATH");
        var started = new RunningCoreDns(FreePort());
        try
        {
            await started.Run(program!, corefile, dns, authorities, cancellationToken);
            return started;
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
        folder.Dispose();
    }

    /// <summary>As the chart's template writes the servers.</summary>
    private static string Text(Sequence servers) => string.Concat(servers.Items.OfType<Mapping>().Select(server =>
        $"{string.Join(' ', server.MappingsAt("zones").Select(zone => $"{zone.TextAt("zone")}:{server.TextAt("port")}"))} {{\n" +
        string.Concat(server.MappingsAt("plugins").Select(plugin => $"  {plugin.TextAt("name")} {plugin.TextAt("parameters")}" +
            (plugin.TextAt("configBlock") is { } block ? $" {{\n    {block.Replace("\n", "\n    ")}\n  }}\n"
                : "\n"))) +
        "}\n"));

    private async Task Run(string program, string corefile, DnsSettings dns, string? authorities, CancellationToken cancellationToken)
    {
        foreach (var zone in dns.ZoneFiles)
        {
            File.WriteAllText(Path.Combine(folder.Path, $"db.{zone.Zone}"), zone.Text);
        }

        var file = Path.Combine(folder.Path, "Corefile");
        File.WriteAllText(file, corefile
            .Replace("${CLUSTER_DOMAIN}", "cluster.local")
            .Replace("${COREDNS_UPSTREAMS}", string.Join(' ', dns.Upstreams))
            .Replace("${COREDNS_LOG_CLASS}", "error")
            .Replace("/etc/coredns/", folder.Path + "/")
            .Replace(":53 ", $":{Server.Port.ToString(CultureInfo.InvariantCulture)} ")
            .Replace("health {", "health 127.0.0.1:0 {")
            .Replace("  ready \n", "  ready 127.0.0.1:0\n")
            .Replace("prometheus :9153", "prometheus 127.0.0.1:0")
            .Replace("prometheus :9253", "prometheus 127.0.0.1:0")
            .Replace("    pods ", "    endpoint http://127.0.0.1:1\n    pods ")
            .Replace("  loop \n", "").Replace("    loop\n", ""));
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "-conf", file },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (authorities is not null)
        {
            start.Environment["SSL_CERT_FILE"] = authorities;
        }

        process = Process.Start(start)!;
        var printed = new StringBuilder();
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            printed.AppendLine(line);
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                // It continues to print, and would block without a reader.
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                Output = printed.ToString();
                return;
            }
        }

        Output = printed.Append(await errors).ToString();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
