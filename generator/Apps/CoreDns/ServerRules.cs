using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Checks zones, names and additional servers of a cluster's CoreDNS.</summary>
internal static class ServerRules
{
    // Plugins that exist once in a process, on a port of the probes or scrapes.
    private static readonly Dictionary<string, string> OfTheProcess = new(StringComparer.Ordinal)
    {
        ["health"] = "reports the whole process and is in the main server already",
        ["ready"] = "reports the whole process and is in the main server already",
        ["import"] = "reads a file that this tree does not deliver",
    };

    private static readonly int[] TakenPorts = [CoreDnsNames.HealthPort, CoreDnsNames.ReadyPort, CoreDnsNames.MetricsPort];

    public static void Check(Cluster cluster, CoreDnsChart chart, SectionReader at)
    {
        var dns = cluster.Dns;
        foreach (var (key, name) in dns.StubDomains.Select(stub => ("stubDomains", stub.Zone))
            .Concat(dns.Hosts.Select(host => ("hosts", host.Name))).Concat(dns.ZoneFiles.Select(zone => ("zoneFiles", zone.Zone))))
        {
            CheckDomain(cluster, name, $"dns.{key}.\"{name}\"", at);
        }

        foreach (var zone in dns.ZoneFiles.Where(zone => dns.StubDomains.Any(stub => stub.Zone == zone.Zone)))
        {
            at.Report(DefinitionRules.ZoneTwice, $"dns.stubDomains.\"{zone.Zone}\"",
                $"The zone {zone.Zone} has a zone file, which answers every name of it.",
                "Keep the zone file or the stub domain.");
        }

        foreach (var zone in dns.ZoneFiles)
        {
            if (ZoneSyntax.StrayAuthority(zone.Text, zone.Zone) is var (name, line))
            {
                at.Report(DefinitionRules.ZoneFileForm, $"dns.zoneFiles.\"{zone.Zone}\"",
                    $"The zone {zone.Zone} has no SOA record of its own: the one in its line {line} is for {name}.",
                    $"Begin that line with '@' or '{zone.Zone}.'; a name without a dot at its end continues with the zone's.");
            }
        }

        if (dns.Ttl > DnsSettings.ShortTtl && cluster.HealthController is not null)
        {
            at.Report(DefinitionRules.TtlController, "dns.ttl",
                $"Clients would keep an endpoint for {dns.Ttl} s after the health controller removed it.",
                $"Write {DnsSettings.ShortTtl} or less, or delete it.",
                "healthController.enabled");
        }

        foreach (var (rewrite, place) in dns.Rewrites.Zip(at.At("dns").Entries("rewrite")))
        {
            if (rewrite.From == rewrite.To)
            {
                place.Report(DefinitionRules.RewriteItself, "to", $"The name {rewrite.From} would be answered with itself.",
                    "Write another name.", "from");
            }
            else if (rewrite.From.IsIn(cluster.Domain) || (rewrite.Below && cluster.Domain.IsIn(rewrite.From)))
            {
                place.Report(DefinitionRules.ZoneInDomain, "from", rewrite.From.IsIn(cluster.Domain)
                        ? $"{rewrite.From} is in the cluster's own domain {cluster.Domain}, whose names Kubernetes decides."
                        : $"The names below {rewrite.From} have the cluster's own domain {cluster.Domain} among them.",
                    "Write a name outside of it in 'from'; 'to' may be the name of a Service.");
            }
        }

        ShadowedNames.Check(cluster, at);
        CheckServers(cluster, chart, at);
    }

    private static void CheckDomain(Cluster cluster, DomainName name, string path, SectionReader at)
    {
        if (name.IsIn(cluster.Domain))
        {
            at.Report(DefinitionRules.ZoneInDomain, path,
                $"{name} is in the cluster's own domain {cluster.Domain}, whose names Kubernetes decides.",
                "Write a name outside of it; a rewrite gives a Service another name.",
                "domain");
        }
    }

    /// <summary>
    /// Checks a zone above the cluster's domain, or with reverse names of pods and Services: its server takes the queries from the main
    /// server with the kubernetes plugin. A server with the view plugin may leave queries to others, and one may have the kubernetes plugin
    /// itself.
    /// </summary>
    private static void CheckTaken(
        Cluster cluster, ServerBlock server, DomainName zone, string path, SectionReader place, SectionReader at)
    {
        if (PluginText.Parse(server.Plugins).Any(plugin => plugin.Name is "view" or "kubernetes"))
        {
            return;
        }

        const string Fix = "Write the zone into dns.stubDomains or dns.zoneFiles, where Kubernetes answers first, or write zones without "
            + "these names.";
        if (zone != cluster.Domain && cluster.Domain.IsIn(zone) && at.IsSound("domain"))
        {
            place.Report(DefinitionRules.ZoneInDomain, path,
                $"{zone} has the cluster's own domain {cluster.Domain} in it: this server would answer for the names of Kubernetes.", Fix);
        }
        else if (cluster.Ranges.FirstOrDefault(range => range.Use != RangeUse.Nodes && at.IsSound(range.Path)
            && ReverseName.Holds(zone.Text, range.Addresses)) is { } taken)
        {
            place.Report(DefinitionRules.ZoneInDomain, path,
                $"{zone} has reverse names of the {taken.Word} {taken.Addresses}: CoreDNS would ask this server for the reverse names of "
                    + "Services and their pods.",
                Fix);
        }
    }

    private static void CheckServers(Cluster cluster, CoreDnsChart chart, SectionReader at)
    {
        var seen = new Dictionary<(string Zone, int Port), Yaml.Position>();
        foreach (var (server, place) in cluster.Dns.ExtraServers.Zip(at.At("dns").Entries("extraServers")))
        {
            for (var index = 0; index < server.Zones.Length; index++)
            {
                var (zone, path) = (server.Zones[index], $"zones[{index}]");
                if (server.Port == CoreDnsNames.DnsPort)
                {
                    CheckDomain(cluster, zone, path, place);
                    CheckTaken(cluster, server, zone, path, place, at);
                }

                if (!seen.TryAdd((zone.Text, server.Port), place.PositionOf(path)))
                {
                    place.Report(DefinitionRules.ZoneTwice, path,
                        $"The zone {zone} has a server on port {server.Port} in line {seen[(zone.Text, server.Port)].Line} already.",
                        "Keep one of the two.");
                }
                else if (server.Port == CoreDnsNames.DnsPort && ShadowedNames.IsOfSubstrate(cluster, zone))
                {
                    place.Report(DefinitionRules.ZoneTwice, path,
                        $"The zone {zone} has a server already, that of the substrate '{cluster.SubstrateName}': CoreDNS does not start.",
                        "Keep the substrate's zone, or write another one here.");
                }
            }

            CheckPort(server, place);
            var plugins = PluginText.Parse(server.Plugins);
            foreach (var problem in Problems(plugins, chart, cluster).Take(1))
            {
                place.Report(DefinitionRules.CorefilePlugin, "plugins", problem.Message, problem.Fix);
            }

            foreach (var upstream in plugins.Where(plugin => plugin.Name == "forward").SelectMany(PluginUpstreams))
            {
                CheckUpstream(cluster, server, upstream, place, at);
            }
        }
    }

    /// <summary>The upstream addresses of a forward plugin; its first parameter is the zone, and a file is not an address.</summary>
    public static IEnumerable<IPEndPoint> PluginUpstreams(PluginText forward) =>
        (forward.Parameters ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(word => word[(word.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..])
            .Select(word => IPEndPoint.TryParse(word, out var endpoint) ? endpoint : null).OfType<IPEndPoint>();

    /// <summary>A server may forward to another one of the same process, for example to one with another TLS name.</summary>
    private static void CheckUpstream(Cluster cluster, ServerBlock server, IPEndPoint upstream, SectionReader place, SectionReader at)
    {
        var toAnother = upstream.Port != server.Port && cluster.Dns.ExtraServers.Any(other => other.Port == upstream.Port);
        if (!toAnother && server.Port == CoreDnsNames.DnsPort && DnsRules.Loop(cluster, upstream.Address, at) is { } reason)
        {
            place.Report(DefinitionRules.UpstreamLoop, "plugins",
                $"The plugin 'forward' names {upstream.Address}, which {reason}: every query would loop.",
                "Write a server outside of the cluster that does not forward to this one.");
        }
    }

    private static void CheckPort(ServerBlock server, SectionReader at)
    {
        if (TakenPorts.Contains(server.Port))
        {
            at.Report(DefinitionRules.ServerPort, "port", $"Port {server.Port} of the pods is taken by health, ready or metrics.",
                "Write another port.");
        }
        else if (server.Port == CoreDnsNames.DnsPort ? server.Expose : !server.Expose)
        {
            at.Report(DefinitionRules.ServerPort, server.Expose ? "expose" : "port",
                server.Expose ? "Port 53 is open on the Service anyway."
                    : $"The chart opens the port of every server on the Service, and port {server.Port} must not be opened unasked.",
                server.Expose ? "Delete it." : "Write 'expose: true' beside it, or port 53.");
        }
    }

    private static IEnumerable<(string Message, string Fix)> Problems(
        IReadOnlyList<PluginText> plugins, CoreDnsChart chart, Cluster cluster)
    {
        foreach (var plugin in plugins)
        {
            if (OfTheProcess.TryGetValue(plugin.Name, out var reason))
            {
                yield return ($"The plugin '{plugin.Name}' {reason}.", "Delete it.");
            }
            else if (!chart.Plugins.Contains(plugin.Name))
            {
                yield return ($"CoreDNS has no plugin '{plugin.Name}' and would not start.",
                    Suggestion.For(plugin.Name, chart.Plugins) is { } near ? $"Did you mean '{near}'?" : "Delete it.");
            }
            else if (chart.PluginArguments.TryGetValue(plugin.Name, out var known) && !known.ContainsKey(CoreDnsChart.AnyLine)
                && plugin.Lines.FirstOrDefault(words => !known.ContainsKey(words[0])) is { } line)
            {
                var options = known.Keys.Except([CoreDnsChart.Parameters]).Order(StringComparer.Ordinal).ToArray();
                yield return ($"The plugin '{plugin.Name}' does not accept '{line[0]}', and CoreDNS would not start.",
                    options.Length == 0 ? "Delete its block." : $"It accepts {string.Join(", ", options)}.");
            }
            else if (plugin.Name == "prometheus" && plugin.Parameters != $":{CoreDnsNames.MetricsPort}")
            {
                yield return ("The metrics Service scrapes port 9153 alone.", $"Write 'prometheus :{CoreDnsNames.MetricsPort}'.");
            }

            foreach (var problem in PluginArguments.Problems(plugin, chart, cluster))
            {
                yield return problem;
            }
        }

        foreach (var name in plugins.CountBy(plugin => plugin.Name).Where(pair => pair.Value > 1 && chart.PluginsOnce.Contains(pair.Key)))
        {
            yield return ($"The plugin '{name.Key}' is in one server twice.", "Keep one of the two.");
        }
    }
}
