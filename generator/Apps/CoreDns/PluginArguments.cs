namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Finds plugin arguments with which CoreDNS does not start. Plugins that are neither here nor in the chart's data are not checked.
/// </summary>
internal static class PluginArguments
{
    private const string Actions = "{{";

    private static readonly string[] Mounts = ["extraSecrets", "extraVolumeMounts"];

    /// <summary>What is wrong, and what to do.</summary>
    public static IEnumerable<(string Message, string Fix)> Problems(PluginText plugin, CoreDnsChart chart, Cluster cluster)
    {
        var (parameters, isOpen) = PluginLine.Words(plugin.Parameters ?? "");
        if (isOpen || PluginLine.Words((plugin.Block ?? "").Replace('\n', ' ')).Open)
        {
            return [($"A quote of the plugin '{plugin.Name}' does not end, and CoreDNS would not start.", "Close it.")];
        }

        // A quoted text can span several lines, which patterns cannot describe.
        var lines = (plugin.Block ?? "").Split('\n').Select(PluginLine.Words).TakeWhile(line => !line.Open)
            .Select(line => line.Words).Where(words => words.Length > 0).ToArray();
        return Patterns(plugin.Name, parameters, lines, chart).Concat(Expressions(plugin.Name, parameters, lines))
            .Concat(Templates(plugin)).Concat(Files(plugin.Name, parameters, lines, cluster));
    }

    private static IEnumerable<(string Message, string Fix)> Patterns(
        string name, string[] parameters, string[][] lines, CoreDnsChart chart)
    {
        if (!chart.PluginArguments.TryGetValue(name, out var known))
        {
            return [];
        }

        var described = lines.Select(words => (Word: words[0], After: words[1..],
            Pattern: known.GetValueOrDefault(words[0]) ?? known.GetValueOrDefault(CoreDnsChart.AnyLine)));
        return from line in described.Prepend((Word: name, After: parameters, Pattern: known.GetValueOrDefault(CoreDnsChart.Parameters)))
               where line.Pattern is not null
               let problem = ArgumentPattern.Problem(line.Pattern, line.After)
               where problem is not null
               select ($"CoreDNS would not start with '{string.Join(' ', [line.Word, .. line.After])}' of the plugin '{name}': {problem}.",
                   $"Write '{$"{line.Word} {ArgumentPattern.Usage(line.Pattern)}".TrimEnd()}'.");
    }

    private static IEnumerable<(string Message, string Fix)> Expressions(string name, string[] parameters, string[][] lines)
    {
        var all = name switch
        {
            "rewrite" => lines.Prepend(parameters).Select(words => words is ["continue" or "stop", .. var rule] ? rule : words)
                .Select(words => words is ["name" or "cname", "regex", var pattern, ..] ? pattern : null).OfType<string>(),
            "template" => lines.Where(words => words[0] == "match").SelectMany(words => words.Skip(1)),
            _ => [],
        };
        return all.Where(pattern => GoRegex.Create(pattern) is null).Select(pattern =>
            ($"'{pattern}' of the plugin '{name}' is not a regular expression, and CoreDNS would not start.",
                "Write one of Go's: a parenthesis that is meant as a letter needs a backslash in front."));
    }

    private static IEnumerable<(string Message, string Fix)> Templates(PluginText plugin) => plugin.Name != "template" ? []
        : (plugin.Block ?? "").Split('\n').Where(HasOpenAction).Select(line =>
            ($"'{line}' of the plugin 'template' has a '{Actions}' without its '}}}}', and CoreDNS would not start.",
                "Close the action, as in {{ .Name }}."));

    private static bool HasOpenAction(string line)
    {
        for (var begin = line.IndexOf(Actions, StringComparison.Ordinal); begin >= 0;)
        {
            var end = line.IndexOf("}}", begin, StringComparison.Ordinal);
            if (end < 0)
            {
                return true;
            }

            // A brace inside of an action belongs to a quoted text, or starts another action.
            var action = line[(begin + Actions.Length)..end];
            if (action.Contains('{') && action.IndexOfAny(['"', '`', '\'']) < 0)
            {
                return true;
            }

            begin = line.IndexOf(Actions, end, StringComparison.Ordinal);
        }

        return false;
    }

    /// <summary>Paths that exist in every pod: the image's certificates and the ServiceAccount's files.</summary>
    private static readonly string[] OfEveryPod = ["/etc/ssl/certs/", "/var/run/secrets/kubernetes.io/serviceaccount/"];

    /// <summary>Files that a plugin reads at start-up but nothing in the definition mounts.</summary>
    private static IEnumerable<(string Message, string Fix)> Files(
        string name, string[] parameters, string[][] lines, Cluster cluster)
    {
        var paths = name switch
        {
            "tls" or "geoip" => parameters,
            "forward" => lines.Where(words => words[0] == "tls").SelectMany(words => words.Skip(1)),
            "dnssec" or "sign" => lines.Where(words => words is ["key", "file", ..]).SelectMany(words => words.Skip(2)),
            _ => [],
        };
        return paths.Where(path => path.StartsWith('/') && !IsMounted(path, cluster)
            && !OfEveryPod.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))).Select(path =>
            ($"The plugin '{name}' reads {path}, which nothing brings into the pod: CoreDNS would not start.",
                "Mount it: values.coredns.extraSecrets, or extraVolumes with extraVolumeMounts."));
    }

    /// <summary>True if a patch may mount it.</summary>
    private static bool IsMounted(string path, Cluster cluster)
    {
        var values = cluster.Adjustments.Values.GetValueOrDefault(CoreDnsApp.ChartKey);
        return !cluster.Adjustments.Patches.GetValueOrDefault(CoreDnsNames.Release, []).IsEmpty
            || Mounts.SelectMany(key => values?.MappingsAt(key) ?? [])
                .Select(mount => mount.TextAt("mountPath")).OfType<string>()
                .Any(folder => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal));
    }
}
