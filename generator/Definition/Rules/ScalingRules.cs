using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>How many CoreDNS pods there are in one cluster, and what each may use.</summary>
internal static class ScalingRules
{
    private const decimal MostCores = 256;
    private const decimal LeastCores = 0.001m;
    private const decimal LeastMemory = 8 * 1_048_576m;
    private const decimal MostMemory = 256 * 1_073_741_824m;

    private static readonly string[] HorizontalKeys = ["cpuPercent"];
    private static readonly string[] ProportionalKeys = ["coresPerReplica", "nodesPerReplica"];

    public static void Check(ClusterDraft cluster, FindingList findings)
    {
        if (cluster is { Replicas: { } replicas, MinAvailable: { } least } && least.Value >= replicas.Value)
        {
            findings.Add(DefinitionRules.MinAvailable, least.Position,
                $"minAvailable is {least.Value} and replicas is {replicas.Value}: no pod may ever be evicted, and no node can be drained.",
                $"Write {replicas.Value - 1} or less, or more replicas.");
        }

        CheckAutoscaling(cluster, findings);
        var resources = cluster.Resources;
        Plausible("CPU", resources.CpuRequest, LeastCores, MostCores, "cores; write 100m for a tenth of a core", findings);
        Plausible("CPU", resources.CpuLimit, LeastCores, MostCores, "cores; write 100m for a tenth of a core", findings);
        Plausible("memory", resources.MemoryRequest, LeastMemory, MostMemory, "bytes; write 128Mi for 128 mebibytes", findings);
        Plausible("memory", resources.MemoryLimit, LeastMemory, MostMemory, "bytes; write 128Mi for 128 mebibytes", findings);
        Below("CPU", resources.CpuRequest, resources.CpuLimit, findings);
        Below("memory", resources.MemoryRequest, resources.MemoryLimit, findings);
    }

    private static void CheckAutoscaling(ClusterDraft cluster, FindingList findings)
    {
        var view = cluster.Autoscaling;
        if (view.Text("kind") is not { } kind)
        {
            return;
        }

        var (horizontal, proportional) = (HorizontalKeys.Where(view.Has).ToArray(), ProportionalKeys.Where(view.Has).ToArray());
        if (horizontal is [var one, ..] && proportional is [var other, ..])
        {
            findings.Add(DefinitionRules.AutoscalingBoth, view.At(other),
                $"'{one}' is for hpa and '{other}' for proportional; two autoscalers undo each other's work.",
                "Keep the keys of one of them.");
        }
        else
        {
            var unused = (kind.Value switch
            {
                "hpa" => ProportionalKeys,
                "proportional" => HorizontalKeys,
                _ => [.. HorizontalKeys, .. ProportionalKeys, "maxReplicas"],
            }).Where(view.Has);
            foreach (var key in unused)
            {
                findings.Add(DefinitionRules.AutoscalingKey, view.At(key),
                    $"'{key}' says nothing where kind is {kind.Value}.",
                    "Delete it or write another kind.");
            }
        }

        if (kind.Value != "none" && view.Number("maxReplicas") is { } most && cluster.Replicas is { } replicas && most.Value <= replicas.Value)
        {
            findings.Add(DefinitionRules.AutoscalingMaximum, most.Position,
                $"maxReplicas is {most.Value} and replicas, the fewest, is {replicas.Value}: there is nothing to scale.",
                "Write more maxReplicas or 'kind: none'.");
        }
    }

    private static void Plausible(string what, Located<Quantity>? quantity, decimal least, decimal most, string unit, FindingList findings)
    {
        if (quantity is not null && (quantity.Value.Amount < least || quantity.Value.Amount > most))
        {
            findings.Add(DefinitionRules.QuantityImplausible, quantity.Position,
                $"The {what} {quantity.Value} is {quantity.Value.Amount:0.######} {unit.Split(';')[0]}.",
                $"Check the unit:{unit.Split(';')[1]}.");
        }
    }

    private static void Below(string what, Located<Quantity>? request, Located<Quantity>? limit, FindingList findings)
    {
        if (request is not null && limit is not null && request.Value.Amount > limit.Value.Amount)
        {
            findings.Add(DefinitionRules.RequestLimit, request.Position,
                $"The {what} request {request.Value} is above the limit {limit.Value}; the API server refuses such a pod.",
                "Write a smaller request or a larger limit.");
        }
    }
}
