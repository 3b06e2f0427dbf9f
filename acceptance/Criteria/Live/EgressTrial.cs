using System.Globalization;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A workload namespace that includes the allow-dns component, and one client in it.</summary>
public static class EgressTrial
{
    public const string Namespace = "acceptance-egress";
    private const string Client = "client-glibc";

    /// <summary>Whether the client's queries to the cluster's DNS are answered over UDP and TCP.</summary>
    public static async Task<bool> Resolves(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var result = await cluster.Api.Exec(
            Namespace, Client, null,
            ["/prober", "resolve", $"kubernetes.default.svc.{cluster.Domain}.", "--server", cluster.DnsAddress, "--via", "udp", "--via",
                "tcp", "--timeout", "2000"],
            cancellationToken);
        return result.ExitCode == 0;
    }

    public static async Task<bool> Connects(LiveCluster cluster, string address, int port, CancellationToken cancellationToken)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{address}:{port}");
        return (await cluster.Api.Exec(Namespace, Client, null, ["/prober", "connect", target, "--timeout", "1500"], cancellationToken))
            .ExitCode == 0;
    }

    /// <summary>Runs a check while these policies apply in the namespace, and removes them.</summary>
    public static async Task While(
        LiveCluster cluster, IReadOnlyList<Resource> policies, Func<CancellationToken, Task> look, string because,
        CancellationToken cancellationToken)
    {
        var placed = policies.Select(policy =>
        {
            var copy = policy.Copy();
            copy.Document["metadata"]!["namespace"] = Namespace;
            return copy;
        }).ToList();
        try
        {
            foreach (var policy in placed)
            {
                await cluster.Api.Apply(ResourceKind.Of(policy), policy, cancellationToken);
            }

            await Eventually.Within(TimeSpan.FromSeconds(30), look, because, cancellationToken);
        }
        finally
        {
            foreach (var policy in placed)
            {
                await cluster.Api.Delete(ResourceKind.Of(policy).Named(policy.Name, Namespace), null, CancellationToken.None);
            }
        }
    }

    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Api.Apply(ResourceKind.Namespace, new Resource(Pods.Manifest("Namespace", Namespace, null, null)), cancellationToken);
        await cluster.Api.Apply(
            ResourceKind.Pod, new Resource(Pods.Prober(Namespace, Client, SuiteSettings.Current.ProberImage, [])), cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => Conditions.Holds(await cluster.Require(ResourceKind.Pod.Named(Client, Namespace), token), "Ready")
                .ShouldBeTrue("the client does not run yet"),
            "a client runs in a workload namespace of its own",
            cancellationToken);
    }
}
