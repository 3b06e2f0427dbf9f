using CsCheck;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>Random clusters: after any events in any order, no Service loses its last endpoint and every removal is restored.</summary>
public sealed class AnyCluster
{
    private const int Steps = 200;
    private const int Clusters = 500;

    private static readonly Gen<(int Seed, int[] Steps)> Any = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 9_999].Array[Steps]);

    [Test]
    public void No_Service_loses_its_last_endpoint_and_all_pods_are_restored()
    {
        var writes = 0;

        Any.Sample(cluster => writes += Run(cluster.Seed, cluster.Steps, PlantedFault.None), iter: Clusters, threads: 1);

        writes.ShouldBeGreaterThan(Clusters, "in such clusters there is something to do");
    }

    // Tries clusters until one shows the fault: only about one in 300 shows BlindReads, so a fixed few hundred would miss it now and then.
    [TestCase(nameof(PlantedFault.BlindReads), "had an endpoint until")]
    [TestCase(nameof(PlantedFault.ForgottenReturns), "is healthy and not back")]
    [TestCase(nameof(PlantedFault.NoPause), "is written again and again")]
    public void An_injected_fault_is_detected(string fault, string how)
    {
        var failure = Enumerable.Range(0, 20 * Clusters).Select(seed => Failure(seed, Enum.Parse<PlantedFault>(fault)))
            .FirstOrDefault(failure => failure is not null);

        failure.ShouldNotBeNull().ShouldContain(how);
    }

    private static string? Failure(int seed, PlantedFault fault)
    {
        var random = new Random(seed);
        try
        {
            Run(seed, [.. Enumerable.Range(0, Steps).Select(_ => random.Next(10_000))], fault);
            return null;
        }
        catch (ShouldAssertException e)
        {
            TestContext.Out.WriteLine($"cluster {seed}: {e.Message}");
            return e.Message;
        }
    }

    private static int Run(int seed, int[] steps, PlantedFault fault)
    {
        var cluster = new ModelCluster(seed, fault);
        foreach (var step in steps)
        {
            cluster.Step(step);
        }

        cluster.Settle(released: seed % 2 == 0);
        return cluster.Writes;
    }
}

/// <summary>The objects of a cluster, and patches of them. Pure.</summary>
internal static class ModelObjects
{
    /// <summary>Annotations of a Service with values, some of them invalid.</summary>
    private static readonly (string Key, string[] Values)[] Choices =
    [
        (Annotations.Profile, ["fast", "fast", "unheard-of"]),
        (Annotations.Scheme, ["http", "tcp", "ftp"]),
        (Annotations.Port, ["80", "8080"]),
        (Annotations.Interval, ["1s", "30s", "soon"]),
        (Annotations.RetryInterval, ["500ms", "5s"]),
        (Annotations.Timeout, ["500ms", "9s", "20s"]),
        (Annotations.FailureThreshold, ["1", "5", "0"]),
        (Annotations.SuccessThreshold, ["2", "5"]),
        (Annotations.ServerName, ["shop.example.com", "a b"]),
        (Annotations.VerifyTls, ["false", "maybe"]),
    ];

    /// <summary>Each of them is set, changed, removed or invalid at some time.</summary>
    public static void Vary(IDictionary<string, string> annotations, Random random)
    {
        foreach (var (key, values) in Choices.Where(_ => random.Next(4) == 0))
        {
            annotations[key] = values[random.Next(values.Length)];
        }
    }

    public static V1Pod Pod(V1ObjectMeta meta, string address, bool gate, bool containersReady)
    {
        static V1PodCondition Condition(string type, bool holds) => new() { Type = type, Status = holds ? "True" : "False" };
        return new V1Pod
        {
            Metadata = meta,
            Spec = new V1PodSpec
            {
                NodeName = $"node-{meta.Name.Length + (meta.Name[^1] % 3)}",
                ReadinessGates = [new V1PodReadinessGate { ConditionType = Annotations.GateCondition }],
            },
            Status = new V1PodStatus
            {
                Phase = "Running",
                PodIP = address,
                Conditions =
                [
                    Condition("ContainersReady", containersReady), Condition("Ready", containersReady && gate),
                    Condition(Annotations.GateCondition, gate),
                ],
            },
        };
    }

    /// <summary>A merge patch of labels and annotations.</summary>
    public static void Merge(Dictionary<string, string> target, JsonNode? changes)
    {
        foreach (var (key, value) in changes?.AsObject() ?? [])
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else
            {
                target[key] = value.GetValue<string>();
            }
        }
    }
}
