using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The rights, resources and probes of the containers of the DNS pods.</summary>
internal static class ContainerRules
{
    private const string Root = "container-root";
    private const string Writable = "root-filesystem-writable";
    private const string Readiness = "readiness-off";
    private const string Rollout = "rollout-takes-all";
    private const string Above = "requests-above-limits";
    private const string Implausible = "memory-implausible";

    // A container with less is killed before it runs; no node has more.
    private const long LeastMemory = 4L << 20, MostMemory = 32L << 40;

    private static readonly string[] Contexts = ["podSecurityContext", "securityContext"];
    private static readonly (string Key, string Value)[] Rootlike =
        [("runAsUser", "0"), ("runAsNonRoot", "false"), ("allowPrivilegeEscalation", "true"), ("privileged", "true")];

    private static readonly string[] Amounted = ["requests", "limits"];

    internal static readonly string[] Lists = ["containers", "initContainers"];

    /// <summary>The values that add containers besides CoreDNS.</summary>
    private static readonly string[] Beside = ["extraContainers", "initContainers"];

    private static readonly string[] Workloads = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];

    private static readonly NodeFact<Finding[]> Resources = new();

    private static readonly ReleaseChecks OfReleases = new(Check);

    public static readonly LintRule Rule = LintRule.Of(
        "container",
        cluster => OfReleases.Check(cluster)
            .Concat(cluster.Applied.SelectMany(resource => Resources.Of(resource.Body, body => [.. OfWorkload(body)]))),
        (Root, "The DNS server or a container beside it runs as root, may become root, or has rights that DNS does not need."),
        (Writable, "The DNS server may write into its image's files."),
        (Readiness, "Without a readiness probe a pod gets queries before it can answer them."),
        (Rollout, "A rollout may take all DNS pods away at once."),
        (Above, "A request is above its limit, which the API server refuses."),
        (Implausible, "No container runs with so little memory, or no node has so much."));

    private static IEnumerable<Finding> Check(CoreDnsRelease release) => Rights(release)
        .Concat(release.IsClusterDns ? Availability(release) : [])
        .Concat(Amounts(release.Values["resources"] as Mapping, "resources of the release", Written(release)));

    /// <summary>The resources before substitution.</summary>
    private static Node? Written(CoreDnsRelease release) => release.Layer.Built.ElementAtOrDefault(release.Layer.Applied
        .IndexOf(release.Manifest))?.Body.At("spec", "values", "resources");

    private static IEnumerable<Finding> Rights(CoreDnsRelease release)
    {
        foreach (var (context, key, wrong) in
            from context in Contexts
            from right in Rootlike
            where release.Text(context, right.Key) is { } text && PlainScalars.Canonical(text) == right.Value
            select (context, right.Key, right.Value))
        {
            yield return release.Report(
                Root,
                $"{context}.{key} is {wrong}: the DNS server {(key is "runAsUser" or "runAsNonRoot" ? "may run" : "may become")} root.",
                key switch
                {
                    "runAsUser" => "Write 65532, the user of the image.",
                    "runAsNonRoot" => "Write true.",
                    _ => "Write false.",
                },
                context,
                key);
        }

        foreach (var (list, container, rights) in
            from list in Beside
            from container in release.Values.MappingsAt(list)
            let rights = ContainerRights.Of(container).ToArray()
            where rights.Length > 0
            select (list, container, rights))
        {
            yield return Report.At(
                container,
                Root,
                $"The container '{Printable.Of(container.TextAt("name") ?? "")}' of {list} has {string.Join(", ", rights)}: it runs in the "
                    + "DNS pods with rights that DNS does not need.",
                "Delete them, or run the container in a workload of its own.");
        }

        if (!release.Switch(true, "securityContext", "readOnlyRootFilesystem"))
        {
            yield return release.Report(
                Writable,
                "securityContext.readOnlyRootFilesystem is false, and CoreDNS writes no file.",
                "Write true.",
                "securityContext",
                "readOnlyRootFilesystem");
        }
    }

    private static IEnumerable<Finding> Availability(CoreDnsRelease release)
    {
        if (!release.Switch(true, "readinessProbe", "enabled"))
        {
            yield return release.Report(
                Readiness,
                "readinessProbe.enabled is false: a new pod gets queries before it knows the cluster's names, and a rollout loses them.",
                "Write true.",
                "readinessProbe",
                "enabled");
        }

        if (release.Text("rollingUpdate", "maxUnavailable") is { } text && release.Fewest is { } replicas
            && Down(text, replicas) >= replicas && !release.IsPatched("maxUnavailable", "rollingUpdate"))
        {
            yield return release.Report(
                Rollout,
                $"rollingUpdate.maxUnavailable of {text} lets a rollout take all {ListText.Count(replicas, "replica")} away "
                    + "at once.",
                "Write 0, with maxSurge: 1.",
                "rollingUpdate",
                "maxUnavailable");
        }
    }

    /// <summary>A Deployment rounds a percentage down.</summary>
    private static int? Down(string text, int replicas) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : text.EndsWith('%') && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            ? (int)((long)percent * replicas / 100)
        : null;

    private static IEnumerable<Finding> OfWorkload(Mapping body) => !Workloads.Contains(body.TextAt("kind")) ? []
        : from list in Lists
          from container in body.MappingsAt("spec", "template", "spec", list)
          from finding in Amounts(
              container["resources"] as Mapping, $"resources of container {container.TextAt("name")} of {new Manifest(body, "").Id.Title}")
          select finding;

    private static IEnumerable<Finding> Amounts(Mapping? resources, string what, Node? written = null)
    {
        foreach (var entry in resources?.EntriesAt("requests") ?? [])
        {
            if (resources!.At("limits", entry.Key) is Scalar { IsNull: false } limit && entry.Value is Scalar { IsNull: false } request
                && Quantity.TryParse(request.Value, out var asked, out _) && Quantity.TryParse(limit.Value, out var most, out _)
                && asked.Amount > most.Amount && !(entry.Key == "memory" && (IsImplausible(request) || IsImplausible(limit))))
            {
                yield return Report.At(
                    request, Above,
                    $"The {what} request {request.Value}{Through("requests", entry.Key)} of {entry.Key}, above the limit of "
                        + $"{limit.Value}{Through("limits", entry.Key)}.",
                    "Raise the limit or lower the request.");
            }
        }

        foreach (var (list, memory) in Amounted.Select(list => (list, resources?.At(list, "memory") as Scalar)))
        {
            if (memory is not null && IsImplausible(memory))
            {
                yield return Report.At(
                    memory, Implausible,
                    $"The {what} name {memory.Value}{Through(list, "memory")} of memory"
                        + $"{(memory.Value.EndsWith('m') ? ": m means thousandths of a byte" : "")}.",
                    memory.Value.EndsWith('m') ? $"Write {memory.Value[..^1]}Mi." : "Write an amount such as 128Mi.");
            }
        }

        string Through(string list, string name) =>
            (written as Mapping)?.TextAt(list, name) is { } text && text.Contains("${") ? $" ({text})" : "";
    }

    private static bool IsImplausible(Scalar memory) =>
        Quantity.TryParse(memory.Value, out var bytes, out _) && bytes.Amount is not (>= LeastMemory and <= MostMemory);
}
