using System.Net;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The Corefile of the release's <c>servers</c>.</summary>
internal static class CorefileRules
{
    private const string UnknownPlugin = "corefile-unknown-plugin";
    private const string UnknownOption = "corefile-unknown-option";
    private const string Duplicate = "corefile-duplicate";
    private const string Loop = "corefile-loop";
    private const string Probe = "probe-port";
    private const string Metrics = "metrics-port";
    private const string Grace = "grace-below-lameduck";

    public static readonly LintRule Rule = LintRule.Of(
        "corefile",
        cluster => cluster.Releases.Where(release => release.Values["servers"] is Sequence).SelectMany(Check),
        (UnknownPlugin, "The published CoreDNS does not have this plugin and does not start."),
        (UnknownOption, "A plugin does not accept a line of its block."),
        (Duplicate, "A plugin is configured twice; health and ready share one port over all servers."),
        (Loop, "CoreDNS forwards to itself."),
        (Probe, "The chart's probes use port 8080 (/health) and 8181 (/ready), but no plugin listens there."),
        (Metrics, "The metrics Service uses port 9153, but the prometheus plugin does not listen there."),
        (Grace, "The kubelet kills the pod before health's lameduck ends."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release)
    {
        var plugins = PluginLine.Of(release);
        return Words(release.Known, plugins).Concat(Repeated(release.Known, plugins)).Concat(Forwards(release, plugins))
            .Concat(Ports(release, plugins)).Concat(Shutdown(release, plugins));
    }

    private static IEnumerable<Finding> Words(CoreDnsChart chart, IReadOnlyList<PluginLine> plugins)
    {
        foreach (var plugin in plugins)
        {
            if (!chart.Plugins.Contains(plugin.Name) && plugin.Name != "import")
            {
                var near = Suggestion.For(plugin.Name, chart.Plugins);
                yield return Report.At(
                    plugin.Node,
                    UnknownPlugin,
                    $"CoreDNS has no plugin '{plugin.Name}' and does not start.",
                    near is null ? "Delete it." : $"Did you mean '{near}'?");
            }
            else if (chart.PluginOptions.TryGetValue(plugin.Name, out var options))
            {
                foreach (var line in plugin.Block.Where(line => !options.Contains(line[0])))
                {
                    yield return Report.At(
                        plugin.Node["configBlock"]!,
                        UnknownOption,
                        $"Plugin {plugin.Name} does not accept '{line[0]}'.",
                        options.IsEmpty ? "It has no block." : $"It accepts {string.Join(", ", options.Order(StringComparer.Ordinal))}.");
                }
            }
        }
    }

    private static IEnumerable<Finding> Repeated(CoreDnsChart chart, IReadOnlyList<PluginLine> plugins)
    {
        foreach (var again in plugins.GroupBy(plugin => (plugin.Server, plugin.Name))
            .Where(group => group.Count() > 1 && chart.PluginsOnce.Contains(group.Key.Name)))
        {
            yield return Report.At(
                again.Last().Node,
                Duplicate,
                $"'{again.Key.Name}' is configured twice in this server.",
                "Keep one of the two.");
        }

        // Both listen on one port of the pod.
        foreach (var again in plugins.Where(plugin => plugin.Name is "health" or "ready").GroupBy(plugin => plugin.Name)
            .Where(group => group.Select(plugin => plugin.Server).Distinct().Count() > 1))
        {
            yield return Report.At(
                again.Last().Node,
                Duplicate,
                $"'{again.Key}' is configured in several servers, which share one port.",
                "Keep it in one server: it reports the whole process.");
        }
    }

    private static IEnumerable<Finding> Forwards(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins) =>
        from plugin in plugins
        where plugin.Name == "forward"
        from upstream in plugin.Parameters.Skip(1)
        let reason = LoopReason(release, upstream)
        where reason is not null
        select Report.At(plugin.Node["parameters"]!, Loop, $"forward sends queries to {upstream}, {reason}.",
            "Name a server outside of this cluster.");

    private static string? LoopReason(CoreDnsRelease release, string upstream)
    {
        var text = upstream.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? upstream[(scheme + 3)..] : upstream;
        if (text == "/etc/resolv.conf")
        {
            return release.IsClusterService ? null : "which names this server itself in a pod without dnsPolicy: Default";
        }

        var address = IPAddress.TryParse(text, out var plain) ? plain : IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address
            : null;
        return address is null ? null
            : IPAddress.IsLoopback(address) ? "which is CoreDNS itself inside of the pod"
            : address.ToString() == release.Text("service", "clusterIP") ? "the address of its own Service"
            : null;
    }

    private static IEnumerable<Finding> Ports(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins)
    {
        foreach (var (name, value, port) in new[] { ("health", "livenessProbe", 8080), ("ready", "readinessProbe", 8181) })
        {
            var found = plugins.FirstOrDefault(plugin => plugin.Name == name);
            var enabled = release.Switch(true, value, "enabled");
            if (found is null && enabled)
            {
                yield return release.Report(
                    Probe,
                    $"The {value} uses port {port}, but no server has the plugin '{name}': "
                    + $"the pods {(name == "health" ? "restart forever" : "never become ready")}.",
                    $"Add the plugin '{name}', or disable {value}.",
                    "servers");
            }
            else if (found is not null && enabled && found.Parameters.Count > 0 && !found.Parameters[0]
                .EndsWith($":{port}", StringComparison.Ordinal))
            {
                yield return Report.At(
                    found.Node["parameters"]!,
                    Probe,
                    $"'{name}' listens on {found.Parameters[0]}, but the chart's {value} always uses port {port}.",
                    "Delete the parameter.");
            }
        }

        var metrics = plugins.FirstOrDefault(plugin => plugin.Name == "prometheus");
        if (metrics is null && release.HasMetricsService)
        {
            yield return release.Report(
                Metrics,
                "No server has the plugin 'prometheus', so nothing listens on port 9153 of the metrics Service.",
                "Add the plugin with the parameter ':9153'.",
                "servers");
        }
        else if (metrics is not null && (metrics.Parameters is not [var address] || address.Split(':') is not [_, "9153"]))
        {
            yield return Report.At(
                metrics.Node,
                Metrics,
                "The parameter of 'prometheus' must be host:port with one colon, and the metrics Service uses port 9153.",
                "Write ':9153'.");
        }
    }

    private static IEnumerable<Finding> Shutdown(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins)
    {
        var lameduck = plugins.Where(plugin => plugin.Name == "health").SelectMany(plugin => plugin.Block)
            .FirstOrDefault(line => line is ["lameduck", _])?[1];
        var grace = release.Number("terminationGracePeriodSeconds") ?? 30;
        if (lameduck is not null && Duration.TryParse(lameduck, out var stays, out _) && stays.Span.TotalSeconds >= grace)
        {
            yield return release.Report(
                Grace,
                $"The kubelet kills the pod after {grace} s, but lameduck alone takes {lameduck}.",
                $"Set it to at least {(int)stays.Span.TotalSeconds + 5}.",
                "terminationGracePeriodSeconds");
        }
    }
}

/// <summary>One plugin of one server of the chart's <c>servers</c> value.</summary>
/// <param name="Server">The server's place in the list.</param>
/// <param name="Node">The plugin's mapping.</param>
internal sealed record PluginLine(int Server, Mapping Node)
{
    public string Name => Node.TextAt("name") ?? "";

    public IReadOnlyList<string> Parameters =>
        (Node.TextAt("parameters") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The lines of its block as words.</summary>
    public IEnumerable<string[]> Block => (Node.TextAt("configBlock") ?? "").Split('\n')
        .Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length > 0);

    /// <summary>Every plugin of every server.</summary>
    public static IReadOnlyList<PluginLine> Of(CoreDnsRelease release) =>
    [
        .. release.Values.MappingsAt("servers")
            .SelectMany((server, index) => server.MappingsAt("plugins").Select(plugin => new PluginLine(index, plugin))),
    ];
}
