namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Checks the number of CoreDNS pods in a cluster, and their resources.</summary>
internal static class ScalingRules
{
    // Excludes 100 and more, a typing error for 100m.
    private const decimal MostCores = 64;
    private const decimal LeastCores = 0.001m;
    private const decimal LeastMemory = 8 * 1_048_576m;
    private const decimal MostMemory = 256 * 1_073_741_824m;

    private static readonly string[] HorizontalKeys = ["cpuPercent", "memoryPercent"];
    private static readonly string[] ProportionalKeys = ["coresPerReplica", "nodesPerReplica"];

    public static void Check(DnsSettings dns, SectionReader at)
    {
        if (dns.MinAvailable >= dns.Replicas)
        {
            at.Report(DefinitionRules.MinAvailable, "dns.minAvailable",
                $"minAvailable is {dns.MinAvailable} and replicas is {dns.Replicas}: no pod may ever be evicted, and no node can be " +
                    "drained.",
                $"Write {dns.Replicas - 1} or less, or more replicas.",
                "dns.replicas");
        }

        CheckAutoscaling(dns, at);
        CheckResources(dns.Resources, "dns.resources", at);
        CheckMemory(dns, at);
    }

    private static void CheckMemory(DnsSettings dns, SectionReader at)
    {
        var limit = dns.Resources.MemoryLimit.Amount;
        // Below the plausible minimum, the amount itself has a finding.
        if (dns.Sizing is not { } size || limit < LeastMemory || limit >= size.Needs(dns))
        {
            return;
        }

        var needed = size.Needs(dns);

        at.Report(DefinitionRules.MemoryOfCluster, "dns.resources.limits.memory",
            $"The memory limit {dns.Resources.MemoryLimit} is below what CoreDNS needs for {size.Pods} pods and {size.Services} Services" +
                $"{(dns.Autopath ? " with autopath" : "")}, about {needed / 1_000_000:0} MB: the kernel would kill it.",
            $"Write {Math.Ceiling(needed / 1_048_576 / 8) * 8:0}Mi or more" +
                $"{(dns.Autopath ? ", or take dns.autopath away" : "")}.",
            "dns.sizing.maxPods", "dns.sizing.maxServices", "dns.cache.capacity");
    }

    public static void CheckResources(ResourceSettings resources, string section, SectionReader at)
    {
        CheckPair("CPU", "cpu", (resources.CpuRequest, resources.CpuLimit), (LeastCores, MostCores),
            ("cores", "write 100m for a tenth of a core"), section, at);
        CheckPair("memory", "memory", (resources.MemoryRequest, resources.MemoryLimit), (LeastMemory, MostMemory),
            ("bytes", "write 128Mi for 128 mebibytes"), section, at);
    }

    private static void CheckAutoscaling(DnsSettings dns, SectionReader at)
    {
        const string Section = "dns.autoscaling";
        string[] Written(string[] keys) => [.. keys.Where(key => at.Has($"{Section}.{key}"))];
        var kind = dns.Autoscaling switch
        {
            Autoscaling.Horizontal => "hpa",
            Autoscaling.Proportional => "proportional",
            _ => "none",
        };
        if (Written(HorizontalKeys) is [var one, ..] && Written(ProportionalKeys) is [var other, ..])
        {
            at.Report(DefinitionRules.AutoscalingBoth, $"{Section}.{other}",
                $"'{one}' is for hpa and '{other}' for proportional; two autoscalers undo each other's work.",
                "Keep the keys of one of them.",
                $"{Section}.kind");
        }
        else
        {
            string[] unused = kind switch
            {
                "hpa" => ProportionalKeys,
                "proportional" => HorizontalKeys,
                _ => [.. HorizontalKeys, .. ProportionalKeys, "maxReplicas"],
            };
            foreach (var key in Written(unused))
            {
                at.Report(DefinitionRules.AutoscalingKey, $"{Section}.{key}", $"'{key}' is ignored where kind is {kind}.",
                    "Delete it or write another kind.", $"{Section}.kind");
            }
        }

        var most = (dns.Autoscaling as Autoscaling.Horizontal)?.MaxReplicas ?? (dns.Autoscaling as Autoscaling.Proportional)?.MaxReplicas;
        if (most <= dns.Replicas)
        {
            at.Report(DefinitionRules.AutoscalingMaximum, $"{Section}.maxReplicas",
                $"maxReplicas is {most} and replicas, the fewest, is {dns.Replicas}: the autoscaler can add no pod.",
                "Write more maxReplicas or 'kind: none'.",
                $"{Section}.kind",
                "dns.replicas");
        }
    }

    private static void CheckPair(
        string what, string key, (Quantity Request, Quantity? Limit) pair, (decimal Least, decimal Most) plausible,
            (string Unit, string Advice) words, string section, SectionReader at)
    {
        var (request, limit) = ($"{section}.requests.{key}", $"{section}.limits.{key}");
        var isPlausible = true;
        foreach (var (path, quantity) in new[] { (request, pair.Request), (limit, pair.Limit) })
        {
            if (quantity is not null && (quantity.Amount < plausible.Least || quantity.Amount > plausible.Most))
            {
                isPlausible = false;
                at.Report(DefinitionRules.QuantityImplausible, path,
                    $"The {what} {quantity} is {quantity.Amount:0.######} {words.Unit}.",
                    $"Check the unit: {words.Advice}.");
            }
        }

        // A wrong unit can change the order of request and limit.
        if (isPlausible && pair.Request.Amount > pair.Limit?.Amount)
        {
            at.Report(DefinitionRules.RequestLimit, request,
                $"The {what} request {pair.Request} is above the limit {pair.Limit}; the API server refuses such a pod.",
                "Write a smaller request or a larger limit.",
                limit);
        }
    }
}
