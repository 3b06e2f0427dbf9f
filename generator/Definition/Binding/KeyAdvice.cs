using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>What to write instead of a key that is unknown in its mapping.</summary>
internal static class KeyAdvice
{
    private const string Reference = "Ref", Name = "Name", Patch = "patch";

    private const string Servers = "The servers for all other names are 'dns.upstreams'.";
    private const string Service = "The address of the DNS Service is 'dns.clusterIP'.";
    private const string Provider =
        "Each provider is an entry of 'externalDns.instances', with its 'name' and its 'domainFilters'.";

    private const string OwnServers = "Servers with plugins of your own are 'dns.extraServers'.";

    /// <summary>Words of other tools, and the key here.</summary>
    private static readonly Dictionary<string, string> ByOtherTools = new()
    {
        ["minReplicas"] = "The fewest pods are 'dns.replicas'.",
        ["clusterDNS"] = Service,
        ["clusterDns"] = Service,
        ["clusterDomain"] = "The cluster's domain is 'domain'.",
        ["forward"] = "The servers for all other names are 'dns.upstreams', those for a zone 'dns.stubDomains'.",
        ["forwarders"] = Servers,
        ["nameservers"] = Servers,
        ["upstreamNameservers"] = Servers,
        ["waves"] = "Clusters that get a change before the others are a group of 'groups', which a cluster names by 'group'.",
        ["extends"] = "What clusters share is under 'defaults', or in a group of 'groups' that a cluster names by 'group'.",
        ["helm"] = "Values of a chart are 'values.coredns', its version is 'charts.coredns.version'.",
        ["corefile"] = OwnServers,
        ["Corefile"] = OwnServers,
        ["hpa"] = "An autoscaler is 'dns.autoscaling' with 'kind: hpa'.",
    };

    /// <summary>The same for words with different meanings in different mappings. The first key identifies the mapping.</summary>
    private static readonly (string Beside, string[] Words, string Advice)[] BySection =
    [
        ("clusters", ["apiVersion", "kind", "metadata", "spec"],
            "This is not a Kubernetes object: 'init' prints a definition to begin with."),
        ("branch", ["ref"], "Write 'branch: NAME' or 'tag: NAME'."),
        ("issuer", ["matchOIDCIdentity"], "Write its 'issuer' and its 'subject' as keys of 'verify'."),
        ("issuer", ["provider"], "Delete it: the kind of the source decides which program made the signature."),
        ("digest", ["repository", "repo", "repoURL"], "The address of the chart is 'url'."),
        ("isolated", ["clusterCIDR", "clusterCidr", "clusterNetwork"], "The range of the pods is 'pods'."),
        ("nodeSelector", ["coredns", "coreDns", "coreDNS"],
            "How CoreDNS runs is under 'dns', values of its chart are under 'values.coredns'."),
        ("nodeSelector", ["imagePullSecrets"], "The names of the Secrets are the list 'pullSecrets'."),
        ("minAvailable", ["maxUnavailable", "podDisruptionBudget", "pdb"],
            "The budget is 'minAvailable': how many pods an eviction must leave."),
        ("ipFamilyPolicy", ["ipFamilies"],
            "The families are those of 'network' and 'network.second'; 'ipFamilyPolicy' says how many of them the Service has."),
        ("severity", ["disable", "disabled", "exclude", "skip"], "Findings are kept back by 'ignore', each with its reason."),
        ("success", ["ttl"], "The seconds for answers are 'success', those for denials 'denial'."),
        ("coresPerReplica", ["enabled"], "An autoscaler is on with 'kind: hpa' or 'kind: proportional'."),
        ("coresPerReplica", ["targetCPUUtilizationPercentage"], "The use of CPU that it aims at is 'cpuPercent'."),
        ("coresPerReplica", ["targetMemoryUtilizationPercentage"], "The use of memory that it aims at is 'memoryPercent'."),
        ("burnRate", ["enabled"], "Monitoring is on unless 'flavour' is none."),
        ("instances", ["provider"], Provider),
        ("nodeSelector", ["provider"], Provider),
        ("instances", ["enabled"], "Each entry of 'instances' runs: delete the key."),
        ("domainFilters", ["txtOwnerId"], "The owner of the records is 'ownerId'."),
        ("domainFilters", ["serviceAccount"], "What a cloud knows the ServiceAccount by is 'identity'."),
        ("onServiceAddress", ["localIP", "localIp", "ip"], "The address of the cache is 'address'."),
        ("channel", ["url", "webhook"], "Where it listens is 'address', or the key address of the Secret in 'secretName'."),
        ("channel", ["eventSeverity"], "What is reported is 'severity'."),
        (Patch, ["target"], "Write its kind and its name as 'kind' and 'name' beside 'patch'."),
        (Patch, ["path"], "Write the patch itself as a text below 'patch: |': a file or a path beside it is not read."),
        (Patch, ["apiVersion", "metadata", "spec"], "The patch is a text: write 'patch: |' and the object in the lines below it."),
        (Patch, ["op", "value"], "The operations are a text: write 'kind:', and 'patch: |' with the list in the lines below it."),
    ];

    /// <summary>What to do, and the known key that was most likely meant.</summary>
    /// <param name="problem">The unknown key.</param>
    /// <param name="shape">The shape of the mapping around it.</param>
    /// <param name="where">That mapping, in words.</param>
    /// <param name="root">The definition.</param>
    public static (string Fix, string? Near) For(ShapeProblem problem, ObjectShape shape, string where, Mapping root)
    {
        var word = problem.Key;
        var names = shape.Keys.Select(key => key.Name).ToArray();
        var (beside, _, advice) = BySection.FirstOrDefault(place => place.Words.Contains(word) && names.Contains(place.Beside));
        if ((advice ?? ByOtherTools.GetValueOrDefault(word) ?? OfReference(word, names)) is { } here)
        {
            return (here, beside == Patch ? beside : null);
        }

        if (Above(problem, where, root) is { } above)
        {
            return (above, null);
        }

        var near = Suggestion.For(word, names);
        return (near is not null ? $"Did you mean '{near}'?"
            : OfChart(word, names) is { } value ? value
            : Below(shape, word) is { } path ? $"It belongs under {path}."
            : shape.Complete?[word] is not null ? "It belongs to each cluster; it cannot be a default."
            : $"Known here: {string.Join(", ", names)}.", near);
    }

    /// <summary>Kubernetes and Flux name an object by a mapping, the definition by its name.</summary>
    private static string? OfReference(string word, string[] names) =>
        word.EndsWith(Reference, StringComparison.Ordinal) && word[..^Reference.Length] + Name is var name && names.Contains(name)
            ? $"Write the name alone: '{name}: NAME'." : null;

    /// <summary>A value of CoreDNS's chart in the description of a cluster or its CoreDNS.</summary>
    private static string? OfChart(string word, string[] names)
    {
        var isPlace = names.Contains("minAvailable") || names.Contains("nodeSelector") || names.Contains(CoreDnsApp.ChartKey);
        return !isPlace || CoreDnsChart.For(CoreDnsChart.Default).Values[word] is null ? null
            : ClusterValues.Protected.GetValueOrDefault(word) is { } own && own.StartsWith("Write ", StringComparison.Ordinal) ? own
            : ClusterValues.Protected.GetValueOrDefault(word) is { } why ? $"It is a value of CoreDNS's chart that the tree decides. {why}"
            : $"It is a value of CoreDNS's chart: write it below 'values.{CoreDnsApp.ChartKey}' of the cluster.";
    }

    /// <summary>
    /// Advice to move the key to the nearest outer mapping that knows it, unless that mapping has another text there already. Of two nested
    /// mappings, the keys belong together.
    /// </summary>
    private static string? Above(ShapeProblem problem, string where, Mapping root)
    {
        for (var path = problem.Around; path.Length > 0;)
        {
            path = path.LastIndexOf('.') is > 0 and var dot ? path[..dot] : "";
            if (ShapeAt(path)?[problem.Key] is not null)
            {
                var last = path[(path.LastIndexOf('.') + 1)..];
                var owner = path.Length == 0 ? "the definition" : !path.EndsWith(']') ? $"'{last}'"
                    : last.StartsWith("clusters[", StringComparison.Ordinal) ? "the cluster" : $"the entry of '{last.Split('[')[0]}'";
                return ((NodeAt(path, root) as Mapping)?[problem.Key], problem.Node) switch
                {
                    (null, _) => $"It belongs to {owner}, not below {where}: indent it less.",
                    (Mapping, Mapping) => $"It belongs to {owner}, which has '{problem.Key}' already: move the keys there.",
                    _ => null,
                };
            }
        }

        return null;
    }

    private static ObjectShape? ShapeAt(string path)
    {
        Shape? shape = PlatformText.Shape;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            shape = (shape as ObjectShape)?[name.Split('[')[0]]?.Shape;
            shape = shape is ListShape list ? list.Item : shape;
        }

        return shape as ObjectShape;
    }

    /// <summary>The node at the path of a <see cref="ShapeProblem"/>; null if a key on the way contains dots.</summary>
    private static Node? NodeAt(string path, Mapping root)
    {
        Node? node = root;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = name.TrimEnd(']').Split('[');
            node = (node as Mapping)?[parts[0]];
            node = parts.Length == 1 ? node
                : (node as Sequence)?.Items.ElementAtOrDefault(int.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        return node;
    }

    /// <summary>The path to a key that is known in an inner mapping.</summary>
    private static string? Below(ObjectShape shape, string word)
    {
        foreach (var key in shape.Keys)
        {
            if (key.Shape is ObjectShape inner
                && (inner[word] is not null ? $"'{key.Name}'" : Below(inner, word) is { } path ? $"'{key.Name}', {path}"
                : null) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
