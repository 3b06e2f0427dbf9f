using System.Collections.Frozen;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The Corefile of the release's <c>servers</c>.</summary>
internal static class CorefileRules
{
    private const string UnknownPlugin = "corefile-unknown-plugin";
    private const string UnknownOption = "corefile-unknown-option";
    private const string Refused = "corefile-refused";
    private const string ZonePort = "corefile-zone-port";
    private const string Duplicate = "corefile-duplicate";
    private const string Loop = "corefile-loop";
    internal const string Probe = "probe-port";
    private const string Metrics = "metrics-port";
    internal const string Names = "corefile-without-kubernetes";
    internal const string Grace = "grace-below-lameduck";

    public static readonly LintRule Rule = LintRule.Of(
        "corefile",
        new ReleaseChecks(Check).Check,
        (UnknownPlugin, "The published CoreDNS does not have this plugin and does not start."),
        (UnknownOption, "A plugin does not accept a line of its block."),
        (Refused, "CoreDNS does not start: an argument of a plugin, a port or a second listener."),
        (ZonePort, "The chart writes a server's port after its last zone only."),
        (Duplicate, "A plugin is configured twice in one server."),
        (Loop, "CoreDNS forwards to itself."),
        (Probe, "The chart's probes use port 8080 (/health) and 8181 (/ready), but no plugin listens there."),
        (Metrics, "The metrics Service uses port 9153, but the prometheus plugin does not listen there."),
        (Names, "No server of the cluster's DNS has the plugin kubernetes, so it does not know the cluster's names."),
        (Grace, "The kubelet kills the pod before health's lameduck ends."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release)
    {
        if (release.Values["servers"] is not Sequence)
        {
            return [];
        }

        var plugins = PluginLine.Of(release);
        return Words(release.Known, plugins).Concat(Exclusive(release.Known, plugins)).Concat(Listeners(release, plugins))
            .Concat(Repeated(release.Known, plugins)).Concat(Forwards(release, plugins))
            .Concat(Ports(release, plugins)).Concat(Shutdown(release, plugins)).Concat(Cluster(release, plugins));
    }

    /// <summary>Checks the release at the address that pods query.</summary>
    private static IEnumerable<Finding> Cluster(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins)
    {
        if (release.IsClusterService && (release.ServiceName == "kube-dns" || release.Text("service", "clusterIP") is not null)
            && !plugins.Any(plugin => plugin.Name is "kubernetes" or "import" || plugin.Name.Contains("${")))
        {
            yield return release.Report(
                Names,
                "No server has the plugin kubernetes: the cluster's DNS does not know the cluster's names.",
                "Write the plugin kubernetes, with the cluster's domain, into the server of the zone '.'.",
                "servers");
        }
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
            else if (plugin.OpenQuote is { } key)
            {
                yield return Report.At(
                    plugin.Node[key]!, Refused, $"A quote of {plugin.Name} does not end: CoreDNS does not start.", "Close it.");
            }
            else if (chart.PluginArguments.TryGetValue(plugin.Name, out var known))
            {
                foreach (var finding in Arguments(plugin, known))
                {
                    yield return finding;
                }
            }
        }
    }

    private static IEnumerable<Finding> Arguments(PluginLine plugin, FrozenDictionary<string, string> known)
    {
        if (Wrong("parameters", plugin.Name, known[CoreDnsChart.Parameters], plugin.Parameters) is { } parameters)
        {
            yield return parameters;
        }

        foreach (var line in plugin.Block)
        {
            if ((known.GetValueOrDefault(line[0]) ?? known.GetValueOrDefault(CoreDnsChart.AnyLine)) is not { } pattern)
            {
                var options = known.Keys.Except([CoreDnsChart.Parameters]).Order(StringComparer.Ordinal).ToList();
                yield return Report.At(
                    plugin.Node["configBlock"]!,
                    UnknownOption,
                    $"Plugin {plugin.Name} does not accept '{line[0]}'.",
                    options.Count == 0 ? "It has no block." : $"It accepts {string.Join(", ", options)}.");
            }
            else if (Wrong("configBlock", line[0], pattern, line[1..]) is { } wrong)
            {
                yield return wrong;
            }
        }

        Finding? Wrong(string key, string word, string pattern, IReadOnlyList<string> arguments) =>
            ArgumentPattern.Problem(pattern, arguments) is { } problem
                ? Report.At(
                    plugin.Node[key] ?? plugin.Node,
                    Refused,
                    $"CoreDNS does not start with '{string.Join(' ', [word, .. arguments])}' of {plugin.Name}: {problem}.",
                    $"Write '{$"{word} {ArgumentPattern.Usage(pattern)}".TrimEnd()}'.")
                : null;
    }

    /// <summary>Checks the ports of the servers. The chart writes the port after the last zone of a server.</summary>
    private static IEnumerable<Finding> Listeners(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins)
    {
        var taken = new HashSet<(string Scheme, string Zone, string Port)>();
        foreach (var (server, index) in release.Values.MappingsAt("servers").Select((server, index) => (server, index)))
        {
            var port = server.TextAt("port");
            if (port is not null && !port.Contains("${")
                && !ushort.TryParse(port, CultureInfo.InvariantCulture, out _))
            {
                yield return Report.At(
                    server["port"]!, Refused, $"CoreDNS does not start with the port {port}.", "Write a port from 1 to 65535.");
            }

            var zones = server.MappingsAt("zones").ToList();
            if (zones.Count > 1 && port is not (null or "53"))
            {
                yield return Report.At(
                    server["port"]!,
                    ZonePort,
                    $"The chart writes port {port} after the last zone only: the others listen on port 53.",
                    "Write a server for each zone.");
            }

            // The plugin view lets several servers share a listener.
            foreach (var (zone, place) in zones.Select((zone, place) => (zone, place))
                .Where(_ => !plugins.Any(plugin => plugin.Server == index && plugin.Name == "view")))
            {
                var scheme = zone.TextAt("scheme") ?? "dns://";
                var listener = (scheme, zone.TextAt("zone") ?? ".",
                    place == zones.Count - 1 && port is not null ? port : scheme == "tls://" ? "853" : "53");
                if (!taken.Add(listener))
                {
                    yield return Report.At(
                        zone,
                        Refused,
                        $"CoreDNS does not start: two servers listen on {listener.scheme}{listener.Item2}:{listener.Item3}.",
                        "Put the plugins into one server, or use another zone or port.");
                }
            }
        }
    }

    private static IEnumerable<Finding> Exclusive(CoreDnsChart chart, IReadOnlyList<PluginLine> plugins) =>
        from plugin in plugins
        where chart.PluginExclusive.ContainsKey(plugin.Name)
        let words = chart.PluginExclusive[plugin.Name]
        where plugin.Block.Select(line => line[0]).Intersect(words).Count() > 1
        select Report.At(
            plugin.Node["configBlock"]!,
            Refused,
            $"CoreDNS does not start: {plugin.Name} takes only one of {string.Join(", ", words)}.",
            "Keep one of them.");

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
    }

    private static IEnumerable<Finding> Forwards(CoreDnsRelease release, IReadOnlyList<PluginLine> plugins) =>
        from plugin in plugins
        where plugin.Name == "forward"
        from upstream in plugin.Parameters.Skip(1)
        let reason = LoopReason(release, plugin.Server, upstream)
        where reason is not null
        select Report.At(plugin.Node["parameters"]!, Loop, $"forward sends queries to {upstream}, {reason}.",
            "Name a server outside of this cluster.");

    private static string? LoopReason(CoreDnsRelease release, int server, string upstream)
    {
        var text = upstream.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? upstream[(scheme + 3)..] : upstream;
        if (text == "/etc/resolv.conf")
        {
            return release.IsClusterService ? null : "which names this server itself in a pod without dnsPolicy: Default";
        }

        var to = IPEndPoint.TryParse(text, out var endpoint) ? endpoint : null;
        return to is null ? null
            : IPAddress.IsLoopback(to.Address)
                ? (IsAnotherServer(to.Port) ? null : "which is CoreDNS itself inside of the pod")
            : to.Address.ToString() == release.Text("service", "clusterIP") ? "the address of its own Service"
            : null;

        // One server may forward to another one of the same process, for example to query each upstream with its own TLS name.
        bool IsAnotherServer(int port) => release.Values.MappingsAt("servers").Select((other, index) => (other, index))
            .Any(entry => entry.index != server && entry.other.TextAt("port") is { } listens && listens != "53"
                && listens == port.ToString(CultureInfo.InvariantCulture));
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
