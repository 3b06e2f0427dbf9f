namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Objects as YAML for people: their Events first, without managedFields and possible secrets.</summary>
public static class Description
{
    private const string Hidden = "(hidden)";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Domains of annotations from Kubernetes, Helm, Flux and this product. Other annotations may contain anything.</summary>
    private static readonly string[] KnownDomains = ["kubernetes.io", "k8s.io", "dns.aikernel.io", "helm.sh", "toolkit.fluxcd.io"];

    /// <param name="resources">The objects.</param>
    /// <param name="events">Events (v1) of their namespace; each object gets its own, the oldest first.</param>
    public static string Of(IEnumerable<Resource> resources, IReadOnlyList<Resource> events) =>
        string.Join("---\n", resources.Select(resource =>
            string.Concat(events.Where(happened => IsAbout(happened, resource)).OrderBy(When, StringComparer.Ordinal).Select(Line)) + Yaml(
                resource)));

    private static bool IsAbout(Resource happened, Resource resource) =>
        happened.Text("involvedObject.kind") == resource.Kind
        && happened.Text("involvedObject.name") == resource.Name
        && happened.Text("involvedObject.namespace") == resource.Namespace;

    // An Event from events.k8s.io has an eventTime instead.
    private static string When(Resource happened) =>
        happened.Text("lastTimestamp") ?? happened.Text("eventTime") ?? happened.Text("metadata.creationTimestamp") ?? "";

    private static string Line(Resource happened)
    {
        var times = happened.Number("count") is > 1 and var count ? $" ({count} times)" : "";
        return $"# {When(happened)} {happened.Text("type")} {happened.Text("reason")}{times}: " +
            $"{happened.Text("message")?.ReplaceLineEndings(" ")}\n";
    }

    private static string Yaml(Resource resource)
    {
        // apiVersion and kind first: items of a list have them last, or not at all.
        var document = new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind };
        foreach (var (name, value) in resource.Document.Where(entry => !document.ContainsKey(entry.Key)))
        {
            document[name] = value?.DeepClone();
        }

        (document["metadata"] as JsonObject)?.Remove("managedFields");
        HideSecrets(document, keepValues: resource is { Kind: "HelmRelease", Name: "coredns" });
        return YamlDocuments.Text(new Resource(document));
    }

    private static bool IsKnown(string annotation) => annotation.Split('/') is [var domain, _]
        && KnownDomains.Any(known => domain == known || domain.EndsWith("." + known, StringComparison.Ordinal));

    /// <summary>
    /// Hides values that may be tokens, because CI publishes the evidence: environments, arguments, annotations, headers of probes, and
    /// values of foreign pods and releases. Only names are kept. The last-applied configuration repeats all of it.
    /// </summary>
    private static void HideSecrets(JsonNode? node, bool keepValues)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                HideSecrets(item, keepValues);
            }
        }

        if (node is not JsonObject map)
        {
            return;
        }

        foreach (var (key, value) in map.ToList())
        {
            if ((key is "args" or "command" && value is JsonArray)
                || (!keepValues && (key, value) is ("values", JsonObject) or ("postRenderers", JsonArray)))
            {
                map[key] = Hidden;
            }
            else if (key is "env" or "httpHeaders" && value is JsonArray named)
            {
                foreach (var entry in named.OfType<JsonObject>().Where(entry => entry.ContainsKey("value")))
                {
                    entry["value"] = Hidden;
                }
            }
            else if (key is "annotations" or "volumeAttributes" && value is JsonObject texts)
            {
                foreach (var name in texts.Select(text => text.Key).Where(name => !IsKnown(name)).ToList())
                {
                    texts[name] = Hidden;
                }

                texts.Remove(LastApplied);
            }
            else
            {
                HideSecrets(value, keepValues);
            }
        }
    }
}

/// <summary>Readiness and revision of Flux's objects, and the inventory of each Kustomization.</summary>
public static class FluxOverview
{
    /// <summary>From sources to releases.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        ResourceKind.GitRepository, ResourceKind.OciRepository, ResourceKind.HelmRepository, ResourceKind.FluxKustomization,
        ResourceKind.HelmChart, ResourceKind.HelmRelease,
    ];

    public static string Of(IEnumerable<Resource> objects) => string.Concat(objects.SelectMany(Lines).Select(line => line + "\n"));

    private static IEnumerable<string> Lines(Resource resource) =>
    [
        Conditions.Say(resource, "Ready"),
        .. Revision(resource) is { } revision ? [$"  at {revision}"] : Array.Empty<string>(),
        // An inventory id is <namespace>_<name>_<group>_<kind>.
        .. resource.Parts("status.inventory.entries").Select(entry => $"  applied {entry.Text("id")}"),
    ];

    private static string? Revision(Resource resource) =>
        resource.Text("status.artifact.revision") ?? resource.Text("status.lastAppliedRevision")
            ?? resource.Text("status.history[0].chartVersion");
}
