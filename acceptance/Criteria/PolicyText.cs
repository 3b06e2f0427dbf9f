namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>
/// Describes in words what a network policy allows. It fails on fields that it cannot describe, so that no table omits them.
/// </summary>
public static class PolicyText
{
    /// <summary>The selector of the policy's pods, in its own namespace.</summary>
    public static Resource Selector(Resource policy) => policy.Part("spec.endpointSelector") ?? policy.Part("spec.podSelector")
        ?? throw new InvalidOperationException($"{policy} selects nothing.");

    public static string In(Resource policy) => Direction(policy, "ingress", "Ingress", "from");

    public static string Out(Resource policy) => Direction(policy, "egress", "Egress", "to");

    private static string Direction(Resource policy, string section, string type, string peers)
    {
        var limited = policy.Kind == "NetworkPolicy" ? policy.Texts("spec.policyTypes").Contains(type)
            : policy.At($"spec.{section}") is not null;
        if (!limited)
        {
            return "not limited";
        }

        var rules = policy.Parts($"spec.{section}")
            .Select(rule => policy.Kind == "NetworkPolicy" ? Plain(rule, peers) : Cilium(rule, peers)).ToArray();
        var only = policy.Flag($"spec.enableDefaultDeny.{section}") == false ? "; what else is allowed stays so" : "";
        return rules.Length == 0 ? "nothing" : string.Join("<br>", rules) + only;
    }

    private static string Plain(Resource rule, string peers)
    {
        Known(rule, peers, "ports");
        var who = rule.Parts(peers).Select(Peer).ToArray();
        var ports = rule.Parts("ports").Select(port => $"{port.Text("port")} {port.Text("protocol")}");
        return Line(peers, who, ports);
    }

    private static string Peer(Resource peer)
    {
        Known(peer, "ipBlock", "namespaceSelector", "podSelector");
        if (peer.Part("ipBlock") is { } block)
        {
            var except = block.Texts("except");
            return block.Text("cidr") + (except.Count == 0 ? "" : $" without {string.Join(", ", except)}");
        }

        var space = peer.Part("namespaceSelector");
        var name = space is null ? "its namespace" : space.Document.Count == 0 ? "every namespace"
            : $"namespace {space.Map("matchLabels")["kubernetes.io/metadata.name"]}";
        return peer.Part("podSelector") is { } pods ? $"pods {Labels(pods)} of {name}" : name;
    }

    private static string Cilium(Resource rule, string peers)
    {
        Known(rule, $"{peers}Endpoints", $"{peers}Entities", $"{peers}CIDR", "toPorts");
        var who = rule.Parts($"{peers}Endpoints").Select(Endpoint)
            .Concat(rule.Texts($"{peers}Entities").Select(entity => $"`{entity}`")).Concat(rule.Texts($"{peers}CIDR")).ToArray();
        foreach (var several in rule.Parts("toPorts"))
        {
            Known(several, "ports");
        }

        var ports = rule.Parts("toPorts").SelectMany(several => several.Parts("ports"))
            .Select(port => $"{port.Text("port")} {(port.Text("protocol") == "ANY" ? "UDP and TCP" : port.Text("protocol"))}");
        return Line(peers, who, ports);
    }

    private static string Endpoint(Resource endpoint)
    {
        const string Namespace = "k8s:io.kubernetes.pod.namespace";
        Known(endpoint, "matchLabels", "matchExpressions");
        var anywhere = endpoint.Parts("matchExpressions").Where(expression => expression.Text("key") == Namespace).ToArray();
        if (anywhere.Any(expression => expression.Text("operator") != "Exists"))
        {
            throw new InvalidOperationException($"There are no words for {endpoint.Document.ToJsonString()}.");
        }

        var space = endpoint.Map("matchLabels").TryGetValue(Namespace, out var name) ? $"namespace {name}"
            : anywhere.Length > 0 ? "every namespace" : "its namespace";
        var labels = endpoint.Map("matchLabels").Where(label => label.Key != Namespace).Select(label => $"{label.Key}={label.Value}")
            .Concat(endpoint.Parts("matchExpressions").Where(expression => expression.Text("key") != Namespace).Select(Expression))
            .ToArray();
        return labels.Length == 0 ? space : $"pods {string.Join(", ", labels)} of {space}";
    }

    private static string Expression(Resource expression) => expression.Text("operator") == "In"
        ? $"{expression.Text("key")}={string.Join(" or ", expression.Texts("values"))}"
        : $"{expression.Text("key")} {expression.Text("operator")} {string.Join(", ", expression.Texts("values"))}".TrimEnd();

    /// <summary>The labels of a selector.</summary>
    public static string Labels(Resource selector)
    {
        Known(selector, "matchLabels", "matchExpressions");
        var labels = selector.Map("matchLabels").Select(label => $"{label.Key}={label.Value}")
            .Concat(selector.Parts("matchExpressions").Select(Expression)).ToArray();
        return labels.Length == 0 ? "all" : string.Join(", ", labels);
    }

    private static string Line(string peers, string[] who, IEnumerable<string> ports) =>
        $"{(who.Length > 0 ? string.Join(", ", who) : peers == "from" ? "everyone" : "everywhere")}: "
            + (ports.ToArray() is { Length: > 0 } some ? string.Join(", ", some) : "every port");

    private static void Known(Resource part, params string[] keys)
    {
        if (part.Document.Select(entry => entry.Key).Except(keys).FirstOrDefault() is { } other)
        {
            throw new InvalidOperationException($"There are no words for '{other}' of a network policy.");
        }
    }
}
