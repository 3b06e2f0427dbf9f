using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The real CoreDNS starts with what each key of a definition makes of the Corefile.</summary>
public sealed class DefinedCorefileTests
{
    private const string Ready = "CoreDNS-";

    [TestCase("")]
    [TestCase("profile: platform")]
    [TestCase("{ upstreams: [tls://9.9.9.9, tls://149.112.112.112], serverName: dns.quad9.net, policy: sequential }")]
    [TestCase("stubDomains: { corp.example.com: { servers: [10.9.0.1, '10.9.0.2:5353'] } }")]
    [TestCase("cache: { success: 60, denial: 10, capacity: 20000, prefetch: 0, serveStale: none, zonesWithoutCache: [a.example.com] }")]
    [TestCase("autopath: true")]
    [TestCase("hosts: { registry.example.com: [10.9.0.5, 10.9.0.6] }")]
    [TestCase("rewrite: [{ from: a.example.com, to: b.example.com }, { from: c.example.com, to: d.example.com, match: suffix }]")]
    [TestCase("zoneFiles: { example.internal: '@ 60 IN SOA ns admin 1 7200 1800 86400 60' }")]
    [TestCase("extraServers: [{ zones: [lab.example.com], plugins: whoami }]")]
    [CancelAfter(60_000)]
    public async Task Starts(string dns, CancellationToken cancellationToken)
    {
        var settings = Read(dns).Clusters[0];
        var output = await Run(Text(Corefile.Servers(settings)), settings.Dns, cancellationToken);
        output.ShouldContain(Ready);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Does_not_start_with_a_wrong_one(CancellationToken cancellationToken) =>
        (await Run(".:0 {\n  no_such_plugin\n}\n", DnsSettings.Default, cancellationToken)).ShouldNotContain(Ready);

    [Test]
    [CancelAfter(60_000)]
    public async Task The_cache_of_a_node_starts(CancellationToken cancellationToken)
    {
        var text = NodeLocalDnsConfig.ConfigMap().TextAt("data", NodeLocalDnsConfig.File)!
            .Replace(NodeLocalDnsConfig.UpstreamWord, "10.245.0.20", StringComparison.Ordinal)
            .Replace("${NODE_LOCAL_DNS_BIND}", "127.0.0.1", StringComparison.Ordinal)
            .Replace("${NODE_LOCAL_DNS_HEALTH}", "127.0.0.1:0", StringComparison.Ordinal)
            .Replace("${NODE_LOCAL_DNS_CLUSTER_TTL}", "30", StringComparison.Ordinal);
        (await Run(text, DnsSettings.Default, cancellationToken)).ShouldContain(Ready);
    }

    private static Platform Read(string dns) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(
        "repository: { url: https://github.com/example/platform.git }\nclusters:\n  - name: infra\n    network: " +
        "{ pods: 10.244.0.0/16, services: 10.245.0.0/16 }\n    dns: " +
        (dns.Length == 0 ? "{}" : dns.StartsWith('{') ? dns : "{ " + dns + " }") + "\n")) switch
    {
        PlatformReading.Sound sound => sound.Platform,
        PlatformReading.Refused refused => throw new InvalidDataException(string.Join('\n', refused.Findings)),
        _ => throw new InvalidDataException(dns),
    };

    /// <summary>As the chart's template writes the servers.</summary>
    private static string Text(Sequence servers) => string.Concat(servers.Items.OfType<Mapping>().Select(server =>
        $"{string.Join(' ', server.MappingsAt("zones").Select(zone => $"{zone.TextAt("zone")}:{server.TextAt("port")}"))} {{\n" +
        string.Concat(server.MappingsAt("plugins").Select(plugin => $"  {plugin.TextAt("name")} {plugin.TextAt("parameters")}" +
            (plugin.TextAt("configBlock") is { } block ? $" {{\n    {block.Replace("\n", "\n    ", StringComparison.Ordinal)}\n  }}\n"
                : "\n"))) +
        "}\n"));

    /// <summary>What it prints until it serves or ends; ports are any free ones, and there is no API server.</summary>
    private static async Task<string> Run(string corefile, DnsSettings dns, CancellationToken cancellationToken)
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "coredns")).FirstOrDefault(File.Exists);
        Assume.That(program, Is.Not.Null, "coredns is not on the PATH");
        using var folder = new TemporaryFolder();
        foreach (var zone in dns.ZoneFiles)
        {
            File.WriteAllText(Path.Combine(folder.Path, $"db.{zone.Zone}"), zone.Text);
        }

        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(Path.Combine(folder.Path, "Corefile"), corefile
            .Replace("${CLUSTER_DOMAIN}", "cluster.local", StringComparison.Ordinal)
            .Replace("${COREDNS_UPSTREAMS}", string.Join(' ', dns.Upstreams), StringComparison.Ordinal)
            .Replace("${COREDNS_LOG_CLASS}", "error", StringComparison.Ordinal)
            .Replace("/etc/coredns/", folder.Path + "/", StringComparison.Ordinal)
            .Replace(":53", ":" + port, StringComparison.Ordinal)
            .Replace("health {", "health 127.0.0.1:0 {", StringComparison.Ordinal)
            .Replace("  ready \n", "  ready 127.0.0.1:0\n", StringComparison.Ordinal)
            .Replace("prometheus :9153", "prometheus 127.0.0.1:0", StringComparison.Ordinal)
            .Replace("prometheus :9253", "prometheus 127.0.0.1:0", StringComparison.Ordinal)
            .Replace("    pods ", "    endpoint http://127.0.0.1:1\n    pods ", StringComparison.Ordinal)
            .Replace("  loop \n", "", StringComparison.Ordinal).Replace("    loop\n", "", StringComparison.Ordinal));
        using var process = Process.Start(new ProcessStartInfo(program!)
        {
            ArgumentList = { "-conf", Path.Combine(folder.Path, "Corefile") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = new StringBuilder();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                output.AppendLine(line);
                if (line.StartsWith(Ready, StringComparison.Ordinal))
                {
                    return output.ToString();
                }
            }

            return output.Append(await errors).ToString();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
